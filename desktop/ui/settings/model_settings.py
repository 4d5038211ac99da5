"""The settings of one model: how it is loaded here and why, and every choice about it, automatic by default.

What is set counts from the next answer on and is saved at once; there is nothing to confirm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.engine.adapter_file import require_adapter
from desktop.errors import sentence
from desktop.jobs import Cancel
from desktop.language import language
from desktop.models.outlook import Outlook, list_devices, outlook, possible_drafts
from desktop.store import Choices, Model
from desktop.ui.controls.fields import SpinBox
from desktop.ui.controls.labels import ElidedLabel
from desktop.ui.controls.open_file import OpenFile
from desktop.ui.controls.section import Section, Switch
from desktop.ui.session import Session
from desktop.ui.settings.adapter_list import AdapterList
from desktop.ui.settings.memory_bar import MemoryBar
from desktop.ui.settings.template_dialog import TemplateDialog

PAUSE_MS = 150  # after a change, before the outlook is asked for again
SHORTEST, LONGEST = 512, 131_072  # context lengths to choose from where the trained one is not known
MOST_THREADS, MOST_LAYERS = 512, 65_535
MOST_THOUGHTS, STEP_THOUGHTS = 131_072, 256  # tokens
LOW = 520  # px; in a dialog below this the head scrolls with the rows
AT_MOST = QSize(820, 720)
_USUAL = Choices()


class ModelSettingsDialog(QDialog):
    """What is set for one model of the library."""

    def __init__(self, session: Session, model: Model, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self._model = model
        self._outlook: Outlook | None = None
        self._drafts: tuple[Model, ...] = ()
        self._before: Choices | None = None  # what was set before all was left to the application
        self._showing = False
        self._update: list[Callable[[], None]] = []
        self._cancel = Cancel()
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._look)
        self.setWindowTitle(self.tr("モデルの設定"))
        self.setMinimumSize(360, 320)
        self.resize(AT_MOST.boundedTo(self.screen().availableGeometry().size() - QSize(24, 64)))

        page = QWidget(self)
        page.setObjectName("page")
        self._page = inside = QVBoxLayout(page)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(self._loading(page))
        inside.addWidget(self._answering(page))
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(page)
        self._column = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._top = self._head()
        layout.addWidget(self._top)
        layout.addWidget(_hairline(self))
        layout.addWidget(area, 1)
        layout.addWidget(_hairline(self))
        layout.addLayout(self._foot())
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter in a field ends the typing there, and nothing more

        self.finished.connect(lambda _: self._cancel.set())
        session.models_changed.connect(self._take_models)
        session.preferences_changed.connect(self._take_preferences)
        session.warmed.connect(self._take_warmed)
        self._show()
        self._look()
        self._find_drafts()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the head in sight, unless it would leave too little room for the rows."""
        super().resizeEvent(event)
        place = self._column if self.height() >= LOW else self._page
        if place.indexOf(self._top) < 0:
            place.insertWidget(0, self._top)

    # What is shown

    def _head(self) -> QWidget:
        head = QWidget(self)
        name = ElidedLabel(head)
        name.setObjectName("heading")
        name.setText(self._model.name)
        name.setToolTip(self._model.path)
        self.state = QLabel(head)
        self.state.setObjectName("faint")
        self.sentence = QLabel(self.tr("調べています…"), head)
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.warning = QLabel(head)
        self.warning.setObjectName("caution")
        self.warning.setWordWrap(True)
        self.warning.setTextFormat(Qt.TextFormat.PlainText)
        self.warning.hide()
        self.first_way = QPushButton(self.tr("最初の方法に戻す"), head)
        self.first_way.setObjectName("link")
        self.first_way.hide()
        self.first_way.clicked.connect(self._forget_fallback)
        self.bars = (MemoryBar(head), MemoryBar(head))
        column = QVBoxLayout(head)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(4)
        column.addWidget(name)
        column.addWidget(self.state)
        column.addWidget(self.sentence)
        column.addWidget(self.warning)
        column.addWidget(self.first_way, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(4)
        for bar in self.bars:
            bar.hide()
            column.addWidget(bar)
        return head

    def _loading(self, parent: QWidget) -> Section:
        section = Section(
            self.tr("読み込み方"),
            self.tr("わからないものは「自動」のままで大丈夫です。変えると、次の答えの前に読み込み直します。"),
            parent,
            small=True,
        )
        self.context_length = self._choice("context_length")
        self._context_note = section.add_row(self.tr("コンテキスト長"), "", self.context_length)
        self.gpu_layers = self._count("gpu_layers", 0, MOST_LAYERS, to_field=_from_layers)
        self._gpu_note = section.add_row(self.tr("GPUに載せる層"), "", self.gpu_layers)
        self.cache_type = self._choice("cache_type")
        self._cache_note = section.add_row(self.tr("KVキャッシュの精度"), "", self.cache_type)
        self.threads = self._count("threads", 1, MOST_THREADS)
        section.add_row(
            self.tr("スレッド数"),
            self.tr("計算に使うCPUのコアの数です。「自動」では、初めて読み込むときに測って決めます。"),
            self.threads,
        )
        self.draft = self._choice("draft_path")
        self._draft_note = section.add_row(self.tr("下書きモデル"), "", below=self.draft)
        section.add_row(
            self.tr("大きすぎても試す"),
            self.tr("パソコンのメモリより大きいモデルも読み込みます。とても遅くなることがあります。"),
            self._switch("insist"),
        )
        return section

    def _answering(self, parent: QWidget) -> Section:
        section = Section(
            self.tr("答え方"), self.tr("変えたことは、次の答えから反映されます。"), parent, small=True
        )
        self.thinking = self._choice("thinking")
        self._thinking_note = section.add_row(self.tr("考えてから答える"), "", self.thinking)
        self.budget = self._count("thinking_budget", 0, MOST_THOUGHTS)
        self.budget.setSingleStep(STEP_THOUGHTS)
        self.budget.setSpecialValueText(self.tr("自動（上限なし）"))
        self.budget.setSuffix(self.tr(" トークン"))
        section.add_row(
            self.tr("考える長さの上限"), self.tr("ここまで考えたら、答え始めさせます。"), self.budget
        )
        self.adapters = AdapterList()
        self.adapters.changed.connect(partial(self._change, "adapters"))
        self.adapters.add_requested.connect(self._ask_for_adapter)
        self._update.append(lambda: self.adapters.show_adapters(self._model.choices.adapters))
        section.add_row(
            self.tr("アダプター"),
            self.tr("追加の学習で作られた、LoRAの .gguf ファイルです。強さは 1 が元のままです。"),
            below=self.adapters,
        )
        self.reproducible = self._choice("reproducible")
        section.add_row(
            self.tr("毎回同じ計算にする"),
            self.tr(
                "前の計算は、結果が変わらない分だけ使います。遅くなりますが、同じ条件なら同じ文になります。「自動」では、温度が0のときだけです。"
            ),
            self.reproducible,
        )
        self.template = QPushButton()
        self.template.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.template.clicked.connect(self._edit_template)
        self._template_note = section.add_row(self.tr("チャットテンプレート"), "", self.template)
        return section

    def _foot(self) -> QHBoxLayout:
        self.reset = QPushButton(self)
        self.reset.clicked.connect(self._reset)
        close = QPushButton(self.tr("閉じる"), self)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.setContentsMargins(20, 12, 20, 12)
        foot.addWidget(self.reset)
        foot.addStretch(1)
        foot.addWidget(close)
        return foot

    def _show(self) -> None:
        """Show what is set, and what automatic means as far as it is known."""
        self._showing = True
        choices, known = self._model.choices, self._outlook
        automatic = known.automatic if known else None
        auto = self.tr("自動")
        trained = known.trained_context_length if known else self._model.trained_context_length

        _fill(
            self.context_length,
            [(self._auto(f"{automatic.context_length:,}" if automatic else None), None)]
            + [(f"{length:,}", length) for length in _lengths(trained, choices.context_length)],
            choices.context_length,
        )
        self._context_note.setText(
            self.tr("一度に見る長さです。長いほどメモリを使います。学習時の長さは {trained} です。").format(
                trained=f"{trained:,}"
            )
            if trained
            else self.tr("一度に見る長さです。長いほどメモリを使います。")
        )
        self._show_gpu()
        self._show_cache()
        threads = self._auto(str(automatic.threads) if automatic else None)
        self.threads.setSpecialValueText(threads)
        self._show_drafts()
        thinks = known is None or known.thinks
        _fill(
            self.thinking,
            [(auto, None), (self.tr("する"), True), (self.tr("しない"), False)],
            choices.thinking,
        )
        self.thinking.setEnabled(thinks or choices.thinking is not None)
        self.budget.setEnabled(thinks or choices.thinking_budget is not None)
        self._thinking_note.setText(
            self.tr("答える前に考えさせるかどうかです。「自動」ではモデルに任せます。")
            if thinks
            else self.tr("このモデルには、答える前に考える機能がありません。")
        )
        _fill(
            self.reproducible,
            [(auto, None), (self.tr("する"), True), (self.tr("しない"), False)],
            choices.reproducible,
        )
        self._show_template()
        for update in self._update:
            update()
        self.reset.setText(self.tr("自動に戻す") if self._before is None else self.tr("元に戻す"))
        self.reset.setEnabled(self._before is not None or choices != _USUAL)
        self._showing = False

    def _show_gpu(self) -> None:
        known = self._outlook
        has_gpu = known is None or known.has_gpu
        if known is not None:
            layers = known.layers
            self.gpu_layers.setMaximum(layers)
            self.gpu_layers.setSuffix(f" / {layers}")
            there = _to_layers(known.automatic.gpu_layers or 0)
            self.gpu_layers.setSpecialValueText(
                self._auto(f"{min(there, layers)} / {layers}" if has_gpu else None)
            )
        self.gpu_layers.setEnabled(has_gpu)
        self._gpu_note.setText(
            self.tr("多いほど速くなり、GPUのメモリを使います。")
            if has_gpu
            else self.tr("使えるGPUが見つからないため、CPUだけで動かします。")
        )

    def _show_cache(self) -> None:
        known, chosen = self._outlook, self._model.choices.cache_type
        names = {
            "f16": self.tr("16ビット"),
            "q8_0": self.tr("8ビット"),
            "q4_0": self.tr("4ビット"),
        }
        sizes = known.cache_bytes if known else {}
        types = [kind for kind in names if known is None or kind in sizes or kind == chosen]
        automatic = names[known.automatic.cache_type] if known else None
        _fill(
            self.cache_type,
            [(self._auto(automatic), None), *((names[kind], kind) for kind in types)],
            chosen,
        )
        self.cache_type.setEnabled(len(types) > 1)
        if len(types) == 1:
            self._cache_note.setText(self.tr("このモデルでは、16ビットだけが使えます。"))
            return
        text = self.tr("対話の記憶の細かさです。8ビットの質はほぼ変わらず、4ビットでは落ちることがあります。")
        if {"f16", "q8_0", "q4_0"} <= sizes.keys():
            text = _together(
                text,
                self.tr("8ビットで {eight} GB、4ビットで {four} GB 減ります。").format(
                    eight=_gigabytes(sizes["f16"] - sizes["q8_0"]),
                    four=_gigabytes(sizes["f16"] - sizes["q4_0"]),
                ),
            )
        self._cache_note.setText(text)

    def _show_drafts(self) -> None:
        path = self._model.choices.draft_path
        entries = [(self.tr("使わない"), ""), *((draft.name, draft.path) for draft in self._drafts)]
        if path and path not in {value for _, value in entries}:
            known = next((each.name for each in self._session.models if each.path == path), None)
            entries.append((known or Path(path).name, path))
        _fill(self.draft, entries, path)
        self.draft.setEnabled(len(entries) > 1)
        self._draft_note.setText(
            self.tr(
                "小さいモデルが先を予想し、このモデルが確かめます。答えの質は変わらず、速くなることがあります。"
            )
            if len(entries) > 1
            else self.tr(
                "語彙が同じで小さいモデルを追加すると、選べます。それが先を予想し、速くなることがあります。"
            )
        )

    def _show_template(self) -> None:
        own, known = self._model.choices.template, self._outlook
        self.template.setText(self.tr("開く…"))
        self.template.setEnabled(known is not None)
        if own:
            text = self.tr("自分で書いたものを使っています。")
        elif known is not None and not known.template:
            text = self.tr("自動（このモデルにはないため、台本の形で渡します）。")
        else:
            text = self.tr("自動（モデルのものを使います）。")
        self._template_note.setText(_together(self.tr("対話をモデルに渡す文の形です。"), text))

    def _auto(self, value: str | None) -> str:
        """Return "automatic", with what it means where that is known."""
        return self.tr("自動（{value}）").format(value=value) if value else self.tr("自動")

    # What is asked of the engine and of files

    def _look(self) -> None:
        """Find out how the model is, or would be, loaded; at once where the devices are known already."""
        self._cancel.set()
        session, model, preferences = self._session, self._model, self._session.preferences
        known = self._outlook.devices if self._outlook else session.loader.known_devices

        def job(cancel: Cancel) -> Iterator[Outlook]:
            loader = session.loader
            if known:
                yield outlook(session.store, loader, model, preferences, known)
            devices = loader.after_unloading(list_devices(session.engine, cancel))
            yield outlook(session.store, loader, model, preferences, devices)

        def take(found: Outlook) -> None:
            if not cancel.is_set():
                self._take_outlook(found)

        def failed(error: Exception) -> None:
            if not cancel.is_set():
                self._complain(error)

        cancel = self._cancel = session.jobs.run(job, owner=self, on_event=take, on_failed=failed)

    def _take_outlook(self, found: Outlook) -> None:
        self._outlook = found
        self.state.setText(self.tr("いま、こう動いています") if found.loaded else self.tr("次に読み込むとき"))
        self.sentence.setText(found.sentence)
        self._warn(found.warning)
        self.first_way.setVisible(found.fallback)
        for at, bar in enumerate(self.bars):
            bar.setVisible(at < len(found.shares))
            if at < len(found.shares):
                bar.show_share(found.shares[at])
        self._show()

    def _complain(self, error: Exception) -> None:
        self.sentence.setText(sentence(error))
        self.state.clear()
        for widget in (self.first_way, self.warning, *self.bars):
            widget.hide()

    def _warn(self, text: str) -> None:
        self.warning.setText(text)
        self.warning.setVisible(bool(text))

    def _find_drafts(self) -> None:
        model, others = self._model, list(self._session.models)

        def found(drafts: tuple[Model, ...]) -> None:
            self._drafts = drafts
            self._show()

        cancel = self._session.jobs.run(
            lambda cancel: possible_drafts(model, others, cancel), owner=self, on_done=found
        )
        self.finished.connect(lambda _: cancel.set())

    def _forget_fallback(self) -> None:
        known = self._outlook
        if known is None:
            return
        target = self._session.target(self._model)
        self._session.jobs.store(
            lambda: self._session.loader.forget_fallback(target, known.devices),
            owner=self,
            on_done=lambda _: self._look(),
        )

    def _ask_for_adapter(self) -> None:
        dialog = OpenFile(self.tr("アダプターを選ぶ"), self.tr("LoRAアダプター (*.gguf)"), self)
        dialog.fileSelected.connect(self.add_adapter)
        dialog.open()

    def add_adapter(self, path: str) -> None:
        """Add a LoRA file, when it is one for this kind of model."""
        architecture = self._model.architecture
        self._session.jobs.run(
            lambda _: require_adapter(Path(path), architecture),
            owner=self,
            on_done=lambda _: self.adapters.add_file(path),
            on_failed=lambda error: self._warn(sentence(error)),
        )

    def _edit_template(self) -> None:
        assert self._outlook is not None
        dialog = TemplateDialog(self._session, self._model, self._outlook.template, self)
        dialog.saved.connect(partial(self._change, "template"))
        dialog.open()

    # What is changed

    def _change(self, field: str, value: Any) -> None:  # noqa: ANN401 - a field of ``Choices``
        if not self._showing and getattr(self._model.choices, field) != value:
            self._before = None
            self._session.choose(self._model, **{field: value})

    def _reset(self) -> None:
        """Leave everything to the application; or take that back."""
        before, self._before = self._before, None if self._before else self._model.choices
        self._session.choose(self._model, **msgspec.structs.asdict(before or _USUAL))
        self._show()

    def _take_models(self) -> None:
        model = self._session.model(self._model.id)
        if model is not None and model != self._model:
            self._model = model
            self._show()
            self._pause.start()

    def _take_preferences(self, names: set[str]) -> None:
        if "context_length" in names:
            self._pause.start()

    def _take_warmed(self) -> None:
        self._pause.start()

    # Controls, each bound to a field of the choices

    def _choice(self, field: str) -> QComboBox:
        box = QComboBox()
        box.setView(QListView())  # which a style sheet can dress
        box.activated.connect(lambda at: self._change(field, box.itemData(at)))
        return box

    def _count(
        self, field: str, least: int, most: int, *, to_field: Callable[[int], int] | None = None
    ) -> SpinBox:
        """Return a box whose lowest value stands for None."""
        box = SpinBox()
        box.setRange(least - 1, most)
        box.setKeyboardTracking(False)
        box.setGroupSeparatorShown(True)

        def change(value: int) -> None:
            chosen = to_field(value) if to_field else value
            self._change(field, chosen if value >= least else None)

        def show() -> None:
            value = getattr(self._model.choices, field)
            shown = _to_layers(value) if to_field and value is not None else value
            box.setValue(least - 1 if shown is None else shown)

        box.valueChanged.connect(change)
        self._update.append(show)
        return box

    def _switch(self, field: str) -> Switch:
        switch = Switch()
        switch.clicked.connect(lambda on: self._change(field, on))
        self._update.append(lambda: switch.setChecked(getattr(self._model.choices, field)))
        return switch


def _fill(box: QComboBox, entries: Sequence[tuple[str, object]], chosen: object) -> None:
    """Show the entries and which one is chosen; an open list stays open where only its words change."""
    if [box.itemData(at) for at in range(box.count())] != [value for _, value in entries]:
        box.clear()
        for name, value in entries:
            box.addItem(name, value)
    for at, (name, value) in enumerate(entries):
        box.setItemText(at, name)
        if value == chosen and type(value) is type(chosen):
            box.setCurrentIndex(at)


def _lengths(trained: int, chosen: int | None) -> list[int]:
    """Return the context lengths to choose from: powers of two, and what the model was trained for."""
    most = trained or LONGEST
    lengths = {1 << power for power in range(SHORTEST.bit_length() - 1, 31) if 1 << power <= most}
    return sorted(lengths | {most} | ({chosen} if chosen else set()))


def _to_layers(counted: int) -> int:
    """Return how many layers llama.cpp's count means, which counts the last step too."""
    return max(counted - 1, 0)


def _from_layers(layers: int) -> int:
    """Return llama.cpp's count of so many layers."""
    return layers + 1 if layers else 0


def _together(*sentences: str) -> str:
    """Return the sentences one after the other, as the language in use writes them."""
    return ("" if language() == "ja" else " ").join(sentences)


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.2f}" if size < 1e9 else f"{size / 1e9:.1f}"


def _hairline(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setObjectName("hairline")
    line.setFixedHeight(1)
    return line
