"""The settings: a list of sections at the left, rows of name, explanation and control at the right.

Everything takes effect at once; there is nothing to save and nothing to cancel.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QListView,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QSystemTrayIcon,
    QVBoxLayout,
    QWidget,
)

from desktop import __version__
from desktop.chat.options import sampling_of
from desktop.engine.states import used_bytes
from desktop.models.recommended import kept
from desktop.paths import RESOURCES
from desktop.store import Preferences
from desktop.store.settings import STATES_MOST_GB, ZOOM_LEAST, ZOOM_MOST
from desktop.ui import theme
from desktop.ui.commands.actions import Actions, native
from desktop.ui.commands.shortcuts import KeyButton, Shortcuts
from desktop.ui.controls.families import FamilyBox
from desktop.ui.controls.fields import SpinBox, TextEdit
from desktop.ui.controls.optional_box import OptionalDecimal, OptionalWhole
from desktop.ui.controls.section import Section, SectionButton, Switch
from desktop.ui.controls.text_dialog import TextDialog
from desktop.ui.global_shortcut import usable
from desktop.ui.history.sidebar import OfflineLine
from desktop.ui.session import Session
from desktop.ui.settings.settings_history import HistoryRows

TYPING_MS = 500
NARROW, NARROW_LIST_WIDTH = 760, 160  # px


class SettingsPage(QWidget):
    """All sections."""

    said = Signal(str)
    backup_requested = Signal()
    bin_requested = Signal()

    def __init__(self, session: Session, table: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._table = table
        self.shortcuts = Shortcuts(table)
        self._shown: Preferences = session.preferences
        self._showing = False
        self._update: dict[str, Callable[[Preferences], None]] = {}
        self._usual: dict[str, OptionalWhole | OptionalDecimal] = {}  # what "automatic" is, is said there
        self._typing: list[tuple[QTimer, Callable[[], None]]] = []

        self._side = side = QFrame(self)
        side.setObjectName("sidebar")
        side.setFixedWidth(theme.LIST_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(12, 14, 12, 10)
        column.setSpacing(2)
        self._stack = QStackedWidget(self)
        self._group = QButtonGroup(self)
        self._pages: dict[str, int] = {}
        for name, page in (
            ("general", self._general()),
            ("look", self._look()),
            ("writing", self._writing()),
            ("keys", (self.tr("キー操作"), self.shortcuts)),
            ("model", self._model()),
            ("samplers", self._samplers()),
            ("keeping", self._keeping()),
            ("about", self._about()),
        ):
            self._add_page(name, *page, column)
        self._group.button(0).setChecked(True)
        column.addStretch(1)
        line = QFrame(side)
        line.setObjectName("hairline")
        line.setFixedHeight(1)
        column.addWidget(line)
        column.addSpacing(6)
        foot = OfflineLine(side, session)
        foot.setFixedHeight(30)
        column.addWidget(foot)

        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(side)
        layout.addWidget(self._stack, 1)
        session.preferences_changed.connect(self._show_preferences)
        session.models_changed.connect(self._show_usual)
        self._show_usual()
        self._show_preferences(set(self._update))

    def pages(self) -> dict[str, str]:
        """Return the sections: their ids, and their names for people."""
        return {name: self._group.button(number).text() for name, number in self._pages.items()}

    def show_page(self, name: str) -> None:
        """Show the section with this id."""
        self._group.button(self._pages[name]).click()

    def places(self) -> dict[str, tuple[str, str]]:
        """Return where one can go: an id → the name of a section, and of a row in it or ""."""
        found: dict[str, tuple[str, str]] = {}
        for page, title in self.pages().items():
            found[page] = (title, "")
            section = self._section(page)
            if section is not self.shortcuts:  # which the palette offers as actions
                found |= {f"{page}/{at}": (title, row.name) for at, row in enumerate(section.rows())}
        return found

    def show_place(self, place: str) -> None:
        """Show a section, and go to the control of a row in it."""
        page, _, at = place.partition("/")
        self.show_page(page)
        row = self._section(page).rows()[int(at)] if at else None
        target = (row.control or row.label) if row else self._group.button(self._pages[page])
        if row is not None:
            self._area(page).ensureWidgetVisible(target)
        target.setFocus(Qt.FocusReason.TabFocusReason)

    def _area(self, page: str) -> QScrollArea:
        area = self._stack.widget(self._pages[page])
        assert isinstance(area, QScrollArea)
        return area

    def _section(self, page: str) -> Section:
        section = self._area(page).widget()
        assert isinstance(section, Section)
        return section

    def _add_page(self, name: str, title: str, section: Section, column: QVBoxLayout) -> None:
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(section)
        number = self._pages[name] = self._stack.addWidget(area)
        button = SectionButton(title, self._side)
        button.clicked.connect(lambda: self._stack.setCurrentIndex(number))
        self._group.addButton(button, number)
        column.addWidget(button)

    def flush(self) -> None:
        """Save what is being typed."""
        for timer, save in self._typing:
            if timer.isActive():
                timer.stop()
                save()

    # Sections

    def _general(self) -> tuple[str, Section]:
        name = self.tr("全般")
        section = Section(name, self.tr("変えたことは、すぐに反映され、保存されます。"))
        section.add_row(
            self.tr("言語"),
            self.tr("画面に表示する言語です。"),
            self._choice(
                "language", {"system": self.tr("システムに合わせる"), "ja": "日本語", "en": "English"}
            ),
        )
        tray = self._switch("tray")
        tray.setEnabled(QSystemTrayIcon.isSystemTrayAvailable())
        section.add_row(
            self.tr("トレイに置く"),
            self.tr("ウィンドウを閉じても、トレイのアイコンから呼び出せます。終了もそこからです。")
            if tray.isEnabled()
            else self.tr("このデスクトップには、アイコンを置くトレイがありません。"),
            tray,
        )
        shortcut = self._session.global_shortcut
        self.quick_keys = KeyButton(section)
        self.quick_keys.setVisible(shortcut.possible)
        self._quick_note = section.add_row(
            self.tr("すぐに聞く"), shortcut.sentence(), self.quick_keys if shortcut.possible else None
        )
        self.quick_keys.chosen.connect(self._choose_quick_keys)
        shortcut.state_changed.connect(self._tell_quick_keys)
        self._update["quick_keys"] = self._show_quick_keys
        self._add_reset(section, "language", "tray", "quick_keys")
        return name, section

    def _show_quick_keys(self, preferences: Preferences) -> None:
        keys = preferences.quick_keys
        self.quick_keys.set_keys(self.tr("すぐに聞く"), (keys,) if keys else ())
        self._tell_quick_keys()

    def _tell_quick_keys(self, problem: str = "") -> None:
        """Say under the quick question's keys what is wrong with others, else what has come of them."""
        text = problem or self._session.global_shortcut.sentence()
        self._section("general").explain(self._quick_note, text)
        self.quick_keys.setAccessibleDescription(text)

    def _choose_quick_keys(self, keys: str) -> None:
        problem, holder = self.shortcuts.problem(keys) if keys else "", self._table.holder(keys)
        if keys and not problem and usable(QKeySequence(keys)) is None:
            problem = self.tr("このキーは使えません。")
        elif keys and not problem and holder is not None:
            problem = self.tr("{keys} は「{name}」で使っています。別のキーを選んでください。").format(
                keys=native((keys,)), name=self._table[holder].text()
            )
        if not problem and keys == self._shown.quick_keys:  # another try
            self._session.global_shortcut.set_keys(QKeySequence(keys))
        elif not problem:
            self._change("quick_keys", keys)
        self._tell_quick_keys(problem)
        if problem:
            self.quick_keys.listen()  # for others

    def _look(self) -> tuple[str, Section]:
        name = self.tr("見た目")
        section = Section(name, self.tr("読みやすいように、色と文字と間隔を選びます。"))
        section.add_row(
            self.tr("配色"),
            self.tr("明るい紙の色か、暗い墨の色か。"),
            self._choice(
                "theme",
                {
                    "system": self.tr("システムに合わせる"),
                    "light": self.tr("明るい"),
                    "dark": self.tr("暗い"),
                },
            ),
        )
        section.add_row(
            self.tr("文字の大きさ"),
            self.tr("対話と入力欄の文字です。キーでも変えられます（「キー操作」にあります）。"),
            self._whole("zoom", ZOOM_LEAST, ZOOM_MOST, step=10, suffix=" %"),
        )
        section.add_row(
            self.tr("間隔"),
            self.tr("行や一覧の間のあき方です。"),
            self._choice(
                "density",
                {"roomy": self.tr("ゆったり"), "usual": self.tr("標準"), "dense": self.tr("詰める")},
            ),
        )
        self._text_family = FamilyBox(self.tr("標準"))
        self._code_family = FamilyBox(self.tr("標準"), fixed_pitch=True)
        section.add_row(
            self.tr("文章の書体"),
            self.tr("対話と入力欄の文章の書体です。"),
            self._family(self._text_family, "text_family"),
        )
        section.add_row(
            self.tr("コードの書体"),
            self.tr("プログラムなどに使う、字の幅がそろった書体です。"),
            self._family(self._code_family, "code_family"),
        )
        section.add_row(
            self.tr("動きを減らす"),
            self.tr("待っている間の明滅などを止めます。システムでそう決めてあるときは、いつも止まります。"),
            self._switch("reduce_motion"),
        )
        self._add_reset(section, "theme", "zoom", "density", "text_family", "code_family", "reduce_motion")
        return name, section

    def _writing(self) -> tuple[str, Section]:
        name = self.tr("入力")
        section = Section(name, self.tr("日本語入力で変換している間のEnterは、送信になりません。"))
        section.add_row(
            self.tr("Enterで送信"),
            self.tr("入れると Enter で送信し、Shift+Enter で改行します。切ると Ctrl+Enter で送信します。"),
            self._switch("enter_sends"),
        )
        return name, section

    def _model(self) -> tuple[str, Section]:
        name = self.tr("モデルの動かし方")
        section = Section(name, self.tr("わからないものは、そのままで大丈夫です。次の答えから反映されます。"))
        section.add_row(
            self.tr("いつもの指示"),
            self.tr("プリセットを選ばない対話で、毎回モデルに渡す文です。空でもかまいません。"),
            below=self._long_text("system_prompt"),
        )
        section.add_row(
            self.tr("コンテキスト長"),
            self.tr(
                "モデルが一度に見る長さです。長いほどメモリを使います。"
                "「自動」はモデルの学習時の長さで、最大 8,192 です。"
            ),
            self._optional("context_length", 512, 262_144, self.tr(" トークン"), none=self.tr("自動")),
        )
        section.add_row(
            self.tr("答えの長さの上限"),
            self.tr("ここまで書いたら止めます。続きは「続ける」で書かせられます。"),
            self._optional("max_tokens", 16, 65_536, self.tr(" トークン"), none=self.tr("上限なし")),
        )
        section.add_row(
            self.tr("メモリから外すまで"),
            self.tr("使わない時間がこれだけ続くと、モデルをメモリから外します。次の質問で読み込み直します。"),
            self._optional_zero("idle_minutes", 720, self.tr("外さない"), self.tr(" 分")),
        )
        section.add_row(
            self.tr("温度"),
            self.tr("低いほど堅実に、高いほど自由に書きます。0 では毎回同じ答えになります。"),
            self._optional_decimal("temperature", 0.0, 2.0, 0.05),
        )
        section.add_row(
            "top-p",
            self.tr("確率の合計がこの値になるまでの候補から選びます。1 にすると無効です。"),
            self._optional_decimal("top_p", 0.05, 1.0, 0.01),
        )
        section.add_row(
            "top-k",
            self.tr("上位いくつの候補から選ぶか。0 にすると無効です。"),
            self._optional("top_k", 0, 1000),
        )
        section.add_row(
            "min-p",
            self.tr("最有力の候補に対する割合がこれより低い候補を除きます。0 にすると無効です。"),
            self._optional_decimal("min_p", 0.0, 1.0, 0.01),
        )
        section.add_row(
            self.tr("繰り返しの抑制"),
            self.tr("同じ言葉の繰り返しを減らします。1 にすると無効です。"),
            self._optional_decimal("repeat_penalty", 1.0, 2.0, 0.05),
        )
        self._add_reset(
            section,
            *("system_prompt", "context_length", "max_tokens", "idle_minutes", "temperature"),
            *("top_p", "top_k", "min_p", "repeat_penalty"),
        )
        return name, section

    def _samplers(self) -> tuple[str, Section]:
        name = self.tr("言葉の選び方")
        section = Section(
            name,
            self.tr("詳しい方のための設定です。「自動」は、モデルの推奨値か llama.cpp の既定値になります。"),
        )
        tokens = self.tr(" トークン")
        section.add_row(
            self.tr("空回りを止める"),
            self.tr("同じ文の繰り返しから抜け出せなくなった答えを、そこで終わらせます。"),
            self._switch("loop_guard"),
        )
        section.add_row(
            self.tr("さかのぼる長さ"),
            self.tr("繰り返しの抑制と次の2つが、答えのどこまでを振り返るかです。0 にすると無効です。"),
            self._optional("repeat_last", 0, 4096, tokens),
        )
        section.add_row(
            self.tr("頻度ペナルティ"),
            self.tr("使った回数が多い言葉ほど、選ばれにくくします。0 にすると無効です。"),
            self._optional_decimal("frequency_penalty", -2.0, 2.0, 0.05),
        )
        section.add_row(
            self.tr("存在ペナルティ"),
            self.tr("一度でも使った言葉を、選ばれにくくします。0 にすると無効です。"),
            self._optional_decimal("presence_penalty", -2.0, 2.0, 0.05),
        )
        section.add_row(
            "DRY",
            self.tr("同じ語の並びを、長く続くほど強く抑えます。0.8 が目安で、0 にすると無効です。"),
            self._optional_decimal("dry_multiplier", 0.0, 5.0, 0.05),
        )
        section.add_row(
            self.tr("DRYが許す長さ"),
            self.tr("この長さまでの並びは、繰り返しても抑えません。"),
            self._optional("dry_allowed_length", 1, 100, tokens),
        )
        section.add_row(
            "top-nσ",
            self.tr("最有力の候補から、標準偏差のこの倍より離れた候補を除きます。0 にすると無効です。"),
            self._optional_decimal("top_n_sigma", 0.0, 5.0, 0.1),
        )
        section.add_row(
            "typical-p",
            self.tr("意外さが平均に近い候補から、確率の合計がこの値まで残します。1 にすると無効です。"),
            self._optional_decimal("typical_p", 0.05, 1.0, 0.01),
        )
        section.add_row(
            self.tr("XTCの確率"),
            self.tr("この確率で、ありきたりな候補を外して意外な言葉を選びます。0 にすると無効です。"),
            self._optional_decimal("xtc_probability", 0.0, 1.0, 0.05),
        )
        section.add_row(
            self.tr("XTCのしきい値"),
            self.tr("確率がこれより高い候補を、ありきたりとみなします。0.5 を超えると無効です。"),
            self._optional_decimal("xtc_threshold", 0.0, 1.0, 0.05),
        )
        section.add_row(
            self.tr("温度の変化幅"),
            self.tr("モデルが迷うほど温度を上げ、確信があるほど下げます。0 にすると無効です。"),
            self._optional_decimal("dynamic_range", 0.0, 2.0, 0.05),
        )
        section.add_row(
            "Mirostat",
            self.tr(
                "文の意外さを一定に保ちます。1 と 2 は方式で、上の多くに代わります。0 にすると無効です。"
            ),
            self._optional("mirostat", 0, 2),
        )
        section.add_row(
            self.tr("Mirostatの目標"),
            self.tr("保つ意外さです。低いほど堅実に、高いほど自由に書きます。"),
            self._optional_decimal("mirostat_tau", 0.0, 10.0, 0.5),
        )
        section.add_row(
            self.tr("Mirostatの速さ"),
            self.tr("目標に合わせる速さです。"),
            self._optional_decimal("mirostat_eta", 0.0, 1.0, 0.05),
        )
        self._add_reset(
            section,
            *("loop_guard", "repeat_last", "frequency_penalty", "presence_penalty"),
            *("dry_multiplier", "dry_allowed_length", "top_n_sigma", "typical_p"),
            *("xtc_probability", "xtc_threshold", "dynamic_range"),
            *("mirostat", "mirostat_tau", "mirostat_eta"),
        )
        return name, section

    def _keeping(self) -> tuple[str, Section]:
        name = self.tr("保存と控え")
        section = Section(name, self.tr("対話は、書いたそばからこのPCの中に保存されます。"))
        folder = self._session.store.path.parent
        show = QPushButton(self.tr("フォルダーを開く"))
        show.clicked.connect(lambda: self._open(folder))
        section.add_row(self.tr("保存場所"), str(folder), show)
        states = self._optional_zero("states_gb", STATES_MOST_GB, self.tr("残さない"), " GB")
        self._states_note = section.add_row(
            self.tr("計算の保存"),
            self.tr("対話の計算を残しておく容量です。古い対話に戻ったときも、すぐに答え始めます。"),
            states,
        )
        bin_button = QPushButton(self.tr("ごみ箱を開く"))
        bin_button.clicked.connect(self.bin_requested)
        section.add_row(
            self.tr("ごみ箱"), self.tr("消した対話は30日間ここにあり、元に戻せます。"), bin_button
        )
        self.history = HistoryRows(section, self._session, self.backup_requested.emit)
        return name, section

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._measure_states()
        self._text_family.fill()
        self._code_family.fill()

    def _measure_states(self) -> None:
        """Tell how much the computed states of chats take now."""
        folder = self._session.engine.states_folder
        if folder is None:
            return

        def show(size: int) -> None:
            self._states_note.setText(
                self.tr(
                    "対話の計算を残しておく容量です。古い対話に戻ったときも、すぐに答え始めます。"
                    "いま {used} GB を使っています。"
                ).format(used=f"{size / 2**30:.2f}")
            )

        self._session.jobs.run(lambda _: used_bytes(folder), owner=self, on_done=show)

    def _about(self) -> tuple[str, Section]:
        name = self.tr("言の葉について")
        section = Section(
            name, self.tr("日本語の言語モデルと、このPCの中だけで話すためのアプリケーションです。")
        )
        section.add_row(self.tr("版"), __version__)
        section.add_row(
            self.tr("通信"),
            self.tr("この版には、外部と通信する機能がありません。文章はこのPCの外に出ません。"),
        )
        licences = QPushButton(self.tr("読む"))
        licences.clicked.connect(self._show_licences)
        section.add_row(
            self.tr("ライセンス"),
            self.tr("言の葉は Apache License 2.0 です。使っている部品のライセンスは一覧にあります。"),
            licences,
        )
        return name, section

    def _open(self, folder: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.said.emit(
                self.tr("フォルダーを開くアプリがありません。場所: {folder}").format(folder=folder)
            )

    def _show_licences(self) -> None:
        text = (RESOURCES / "licenses.txt").read_text(encoding="utf-8")
        TextDialog(self.tr("ライセンス"), text, self).open()

    def _add_reset(self, section: Section, *fields: str) -> None:
        button = QPushButton(self.tr("既定に戻す"))
        usual = Preferences()
        button.clicked.connect(
            lambda: self._session.change(**{field: getattr(usual, field) for field in fields})
        )
        section.add_button(button)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._side.setFixedWidth(theme.LIST_WIDTH if self.width() >= NARROW else NARROW_LIST_WIDTH)

    # Controls, each bound to a field of the preferences

    def _choice(self, field: str, options: dict[str, str]) -> QComboBox:
        box = QComboBox()
        box.setView(QListView())  # which a style sheet can dress
        for value, label in options.items():
            box.addItem(label, value)
        box.activated.connect(lambda i: self._change(field, box.itemData(i)))
        self._update[field] = lambda p: box.setCurrentIndex(box.findData(getattr(p, field)))
        return box

    def _family(self, box: FamilyBox, field: str) -> FamilyBox:
        box.activated.connect(lambda: self._change(field, box.family()))
        self._update[field] = lambda p: box.set_family(getattr(p, field))
        return box

    def _switch(self, field: str) -> Switch:
        switch = Switch()
        switch.clicked.connect(lambda on: self._change(field, on))
        self._update[field] = lambda p: switch.setChecked(getattr(p, field))
        return switch

    def _whole(self, field: str, least: int, most: int, *, step: int = 1, suffix: str = "") -> SpinBox:
        box = SpinBox()
        box.setRange(least, most)
        box.setSingleStep(step)
        box.setSuffix(suffix)
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda value: self._change(field, value))
        self._update[field] = lambda p: box.setValue(getattr(p, field))
        return box

    def _optional(self, field: str, least: int, most: int, suffix: str = "", none: str = "") -> OptionalWhole:
        """Return a box that may stand for None: what the model recommends, or what ``none`` says."""
        box = OptionalWhole(least, most)
        box.setSuffix(suffix)
        if none:
            box.setSpecialValueText(none)
        else:
            self._usual[field] = box
        self._bind(field, box)
        return box

    def _bind(self, field: str, box: OptionalWhole | OptionalDecimal) -> None:
        box.valueChanged.connect(lambda _: self._change(field, box.chosen()))
        self._update[field] = lambda p: box.choose(getattr(p, field))

    def _show_usual(self) -> None:
        """Say in each box what "automatic" is, with the model that is used now."""
        model = self._session.model_for(None)
        sampling = sampling_of(Preferences(), None, kept(model.recommended) if model else None)
        for field, box in self._usual.items():
            box.set_usual(getattr(sampling, field))

    def _optional_zero(self, field: str, most: int, zero: str, suffix: str) -> SpinBox:
        box = self._whole(field, 0, most, suffix=suffix)
        box.setSpecialValueText(zero)
        return box

    def _optional_decimal(self, field: str, least: float, most: float, step: float) -> OptionalDecimal:
        """Return a box that may stand for None: what the model recommends."""
        box = OptionalDecimal(least, most, step)
        self._usual[field] = box
        self._bind(field, box)
        return box

    def _long_text(self, field: str) -> TextEdit:
        edit = TextEdit()
        edit.setFixedHeight(92)
        edit.setTabChangesFocus(True)
        edit.setPlaceholderText(self.tr("例: 日本語で、結論から短く答えてください。"))
        timer = QTimer(edit, singleShot=True, interval=TYPING_MS)
        edit.textChanged.connect(timer.start)

        def save() -> None:
            self._change(field, edit.toPlainText())

        timer.timeout.connect(save)
        self._typing.append((timer, save))

        def show(preferences: Preferences) -> None:
            if not timer.isActive() and edit.toPlainText() != getattr(preferences, field):
                edit.setPlainText(getattr(preferences, field))

        self._update[field] = show
        return edit

    def _change(self, field: str, value: Any) -> None:  # noqa: ANN401
        if not self._showing and getattr(self._shown, field) != value:
            self._session.change(**{field: value})

    def _show_preferences(self, names: set[str]) -> None:
        self._shown = self._session.preferences
        self._showing = True  # a value out of a box's range must not be saved as the box shows it
        for name in names & self._update.keys():
            self._update[name](self._shown)
        self._showing = False
        if "model_id" in names:
            self._show_usual()
