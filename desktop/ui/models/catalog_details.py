"""One model of the catalogue in full; Escape goes back to the list."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.hub.quantizations import quantization
from desktop.models.catalog import Size, sizes
from desktop.models.catalog_entries import Entry, Unavailable
from desktop.models.fits import Fit
from desktop.models.lineage import Row as Ancestor
from desktop.models.lineage import tree
from desktop.models.recommend import Judged
from desktop.ui import theme
from desktop.ui.controls.badge import Badge
from desktop.ui.controls.sizes import readable
from desktop.ui.models.catalog_known import usual_size
from desktop.ui.models.catalog_model import CatalogModel, Row
from desktop.ui.models.catalog_parts import AddressButton, Branch, Unchecked, button, words_of
from desktop.ui.models.catalog_state import CatalogState
from desktop.ui.models.catalog_words import CatalogWords, Word

HUB = "https://huggingface.co/"  # where the catalogue's repositories are seen by people
NAME_WIDTH = 132  # px, of the facts' names


class CatalogDetails(QScrollArea):
    """Made anew for each model that is shown."""

    left = Signal()
    get_requested = Signal(object, object)  # Entry, Size
    use_requested = Signal(object)  # Model
    other_requested = Signal(str)  # the key of another model

    def __init__(self, state: CatalogState, rows: CatalogModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._rows = state, rows
        self._words = CatalogWords(self)
        self.row: Row | None = None
        self.main: QPushButton | None = None  # what it is to be had with
        self.back: QPushButton | None = None
        self._body = QWidget()
        self._column = QVBoxLayout()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        state.changed.connect(self.refresh)

    def show_row(self, row: Row) -> None:
        """Show a model, from its top, with the focus on what it can be had with."""
        self.row = row
        self._build()
        self.verticalScrollBar().setValue(0)
        first = self.main or self.back
        if first is not None:
            first.setFocus()

    def refresh(self) -> None:
        """Show what is known now, without losing the place."""
        catalog = self._state.catalog
        if self.row is None or catalog is None:
            return
        place, focused = self.verticalScrollBar().value(), self.isAncestorOf(self.focusWidget() or self)
        self.row = catalog.entry(self.row.key) or self.row
        self._build()
        self.verticalScrollBar().setValue(place)
        if focused and (first := self.main or self.back) is not None:
            first.setFocus()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()  # it goes back, and does not leave the room
            if event.type() == QEvent.Type.KeyPress:
                self.left.emit()
            return True
        return super().event(event)

    # The page

    def _build(self) -> None:
        row = self.row
        assert row is not None
        self._body = QWidget()
        self._body.setObjectName("page")
        self._body.setMaximumWidth(theme.COLUMN_WIDTH + 12)
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(0, 10, 12, 32)
        self._column.setSpacing(8)
        self.main = None
        self.back = button(self.tr("← 一覧に戻る"), self.left.emit, self._body, "quiet")
        self._column.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)
        if isinstance(row, Entry):
            self._build_entry(row)
        else:
            self._build_unavailable(row)
        self._column.addStretch(1)
        self.setWidget(self._body)

    def _build_entry(self, entry: Entry) -> None:
        words, use = self._words, self._state.uses[entry.key]
        marks: list[Word | None] = [words.commercial(use.commercial)]
        if entry.thinking.does != "no":
            marks.append(Word(self.tr("考える"), "plain"))
        self._head(entry.name, str(entry.maker), marks)
        self._add(words_of(str(entry.summary), "", self._body))
        for note in entry.notes:
            self._add(words_of(str(note), "caution", self._body))
        if entry.gated:
            text = self.tr("元のリポジトリからの入手には、配布元での利用条件への同意が必要です。")
            self._add(words_of(text, "caution", self._body))
        self._build_getting(entry)
        self._build_quantizations(entry)
        self._build_lineage(entry)
        self._build_terms(entry)
        self._build_facts(entry)

    def _build_unavailable(self, row: Unavailable) -> None:
        self._head(row.name, str(row.maker), [Word(self.tr("公開なし"), "wrong")])
        self._add(words_of(str(row.reason), "", self._body))
        self._heading(self.tr("このPCで動く、近いモデル"))
        for key in row.nearest:
            name = self._state.nodes[key].name
            link = button(name, partial(self.other_requested.emit, key), self._body, "link")
            link.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            link.setCursor(Qt.CursorShape.PointingHandCursor)
            entry = self._state.catalog.entry(key) if self._state.catalog else None
            best = self._state.best(entry) if entry else None
            self._line(link, *([self._badge(self._words.verdict(best.fit))] if best else []))
            if self.main is None:
                self.main = link

    def _head(self, name: str, maker: str, marks: Sequence[Word | None]) -> None:
        title = words_of(name, "heading", self._body)
        self._line(title, *(self._badge(mark) for mark in marks if mark))
        self._add(words_of(maker, "sub", self._body))

    def _build_getting(self, entry: Entry) -> None:
        """What it can be had with, and how it would run here."""
        best, act = self._state.best(entry), self._rows.act(entry)
        size = best.size if best else usual_size(entry)
        self._space(4)
        if best is not None:
            sentence = words_of(best.fit.sentence(), "sub", self._body)
            self._line(self._badge(self._words.verdict(best.fit)), sentence, stretch=1)
        elif self._state.problem:
            self._add(words_of(self._state.problem, "caution", self._body))
        if act == "use":
            model = self._state.here[entry.key]
            self.main = button(self.tr("使う"), partial(self.use_requested.emit, model), self._body, "main")
            there = words_of(self.tr("このPCにあります: {name}").format(name=model.name), "sub", self._body)
            self._line(self.main, there, stretch=1)
        elif act == "get":
            words = self.tr("入手する（{quantization}、{size}）").format(
                quantization=size.quantization, size=self._words.size(size)
            )
            self.main = button(words, partial(self.get_requested.emit, entry, size), self._body, "main")
            self._line(self.main)
        else:
            self._build_by_hand(entry, size)

    def _build_by_hand(self, entry: Entry, size: Size) -> None:
        """Where its file is, for who fetches it with another program."""
        self._heading(self.tr("入手先"))
        if not entry.gguf:
            text = self.tr(
                "GGUF形式のファイルの場所は、まだ確かめられていません。「{name} GGUF」で探すと、"
                "有志が変換したものが見つかることがあります。元のリポジトリは次のとおりです。"
            ).format(name=entry.name)
            self._add(words_of(text, "sub", self._body))
        for repository in entry.gguf or (entry.repository,):
            link = AddressButton(HUB + repository.name, self._body, repository.name)
            self._line(link, *([] if repository.verified else [Unchecked(self._body)]))
            self.main = self.main or link
        if entry.gguf:
            text = self.tr(
                "ここから、名前に「{quantization}」が入った .gguf ファイル（{size}）をダウンロードして、"
                "「モデルを追加」で選んでください。"
            ).format(quantization=size.quantization, size=self._words.size(size))
            self._add(words_of(text, "sub", self._body))

    def _build_quantizations(self, entry: Entry) -> None:
        self._heading(self.tr("大きさを選ぶ"))
        judged = {each.size.quantization: each.fit for each in self._judged(entry)}
        none_fits = bool(judged) and all(fit.reason == "memory" for fit in judged.values())
        best = self._state.best(entry)
        can_get = self._rows.can_get and bool(entry.gguf)
        found = sizes(entry)
        for size in found:
            if size is not found[0]:
                self._hairline()
            self._quantization(
                entry,
                size,
                judged.get(size.quantization),
                recommended=best is not None and best.size == size and best.fit.verdict != "no",
                too_large=none_fits and size.quantization not in judged,
                can_get=can_get,
            )
        if any(size.computed for size in found):
            text = self.tr("「約」の付く大きさは、モデルの規模から計算した見込みです。")
            self._add(words_of(text, "faint", self._body))

    def _quantization(
        self,
        entry: Entry,
        size: Size,
        fit: Fit | None,
        *,
        recommended: bool,
        too_large: bool,
        can_get: bool,
    ) -> None:
        name = words_of(size.quantization, "subheading", self._body)
        name.setWordWrap(False)
        marks: list[QWidget] = [name]
        if recommended:
            marks.append(self._badge(Word(self.tr("おすすめ"), "plain")))
        if fit is not None:
            marks.append(self._badge(self._words.verdict(fit), fit.sentence()))
        elif too_large:
            marks.append(self._badge(Word(self.tr("動かない"), "wrong")))
        figures = [self._words.pace(size, fit)]
        if fit is not None:
            memory = readable(fit.plan.memory.total)
            figures.append(self.tr("メモリ 約 {size}").format(size=memory))
        lines = QVBoxLayout()
        lines.setSpacing(2)
        lines.addLayout(self._across(*marks))
        lines.addWidget(words_of(" · ".join(figures), "sub", self._body))
        lines.addWidget(words_of(quantization(size.quantization).sentence, "faint", self._body))
        across = QHBoxLayout()
        across.setSpacing(16)
        across.addLayout(lines, 1)
        if can_get:
            get = button(self.tr("入手する"), partial(self.get_requested.emit, entry, size), self._body)
            get.setAccessibleDescription(f"{entry.name} {size.quantization}")
            across.addWidget(get, 0, Qt.AlignmentFlag.AlignVCenter)
        self._column.addLayout(across)

    def _build_lineage(self, entry: Entry) -> None:
        catalog = self._state.catalog
        rows = tree(catalog, entry.key) if catalog else ()
        self._heading(self.tr("系譜"))
        if len(rows) == 1:
            self._add(words_of(self.tr("一から学習したモデルです（フルスクラッチ）。"), "sub", self._body))
            return
        lines = QVBoxLayout()
        lines.setSpacing(0)
        depths = [row.depth for row in rows]
        for at, row in enumerate(rows):
            lines.addLayout(self._ancestor(row, Branch(depths, at, self._body)))
        self._column.addLayout(lines)

    def _ancestor(self, row: Ancestor, branch: Branch) -> QHBoxLayout:
        if row.entry and not row.here:
            name: QWidget = button(row.name, partial(self.other_requested.emit, row.key), self._body, "link")
            name.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            name.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            label = words_of(row.name, "subheading" if row.here else "", self._body)
            label.setWordWrap(False)
            name = label
        steps = "・".join(dict.fromkeys(self._words.step(step.kind) for step in row.steps))
        if row.depth == 0:
            node = self._state.nodes[row.key]
            steps = "・".join(self._words.step(step.kind) for step in node.lineage)
        sure = all(step.verified for step in row.steps)
        marks = [] if sure else [Unchecked(self._body)]
        line = self._across(branch, name, words_of(steps, "sub", self._body), *marks)
        line.setSpacing(6)
        return line

    def _build_terms(self, entry: Entry) -> None:
        catalog, use = self._state.catalog, self._state.uses[entry.key]
        assert catalog is not None
        self._heading(self.tr("ライセンス"))
        overall = self._badge(self._words.commercial(use.commercial))
        both = self.tr("次の条件が、すべて重ねて当てはまります。") if len(entry.terms) > 1 else ""
        self._line(overall, words_of(both, "sub", self._body), stretch=1)
        for terms in entry.terms:
            licence = catalog.licence(terms.licence)
            name = words_of(licence.name, "subheading", self._body)
            verified = terms.verified and licence.verified
            self._line(name, *([] if verified else [Unchecked(self._body)]))
            if terms.inherited_from:
                origin = self._state.nodes.get(terms.inherited_from)
                inherited = origin.name if origin else terms.inherited_from
                text = self.tr("{name} から引き継がれる条件です。").format(name=inherited)
                self._add(words_of(text, "sub", self._body))
            if licence.condition is not None:
                self._add(words_of(str(licence.condition), "sub", self._body))
            address = licence.address
            if terms.file:
                address = f"{HUB}{entry.repository.name}/blob/main/{terms.file}"
            self._line(AddressButton(address, self._body))
        if entry.restriction is not None:
            text = self.tr("開発元の説明: {words}").format(words=entry.restriction)
            self._add(words_of(text, "caution", self._body))

    def _build_facts(self, entry: Entry) -> None:
        self._heading(self.tr("くわしい情報"))
        unknown = self.tr("わかっていません")
        context, template = entry.context, entry.template
        japanese = {
            "made_for": self.tr("日本語を主に学んでいます"),
            "supported": self.tr("話せます"),
            "little": self.tr("苦手です"),
        }
        facts: list[tuple[str, str | QWidget, bool]] = [
            (self.tr("種類"), self._words.kind(entry), True),
            (self.tr("規模"), self._words.weights(entry), entry.parameters.verified),
            (self.tr("日本語"), japanese[entry.japanese], True),
            (self.tr("言語"), self._words.languages(entry), True),
            (
                self.tr("コンテキスト"),
                self.tr("{count} トークン").format(count=f"{context.tokens:,}") if context else unknown,
                context is None or context.verified,
            ),
            (self.tr("考える"), self._words.thinking(entry), entry.thinking.verified),
            (
                self.tr("質問の形式"),
                template.name if template else unknown,
                template is None or template.verified,
            ),
            (self.tr("元のリポジトリ"), self._repository(entry.repository.name), entry.repository.verified),
            *(
                (self.tr("GGUF"), self._repository(each.name), each.verified)
                for each in entry.gguf
            ),
        ]  # fmt: skip
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, NAME_WIDTH)
        grid.setColumnStretch(1, 1)
        for at, (name, value, verified) in enumerate(facts):
            grid.addWidget(words_of(name, "sub", self._body), at, 0, Qt.AlignmentFlag.AlignTop)
            widget = words_of(value, "", self._body) if isinstance(value, str) else value
            line = self._across(widget, *([] if verified else [Unchecked(self._body)]))
            grid.addLayout(line, at, 1)
        self._column.addLayout(grid)

    # What it is made of

    def _judged(self, entry: Entry) -> Sequence[Judged]:
        survey = self._state.survey
        return survey.all.get(entry.key, ()) if survey else ()

    def _repository(self, name: str) -> QWidget:
        return AddressButton(HUB + name, self._body, name)

    def _badge(self, word: Word, explanation: str = "") -> Badge:
        made = Badge(self._body)
        made.show_word(word.word, word.kind, explanation)
        return made

    def _heading(self, text: str) -> None:
        self._space(16)
        self._add(words_of(text, "subheading", self._body))

    def _hairline(self) -> None:
        line = QFrame(self._body)
        line.setObjectName("hairline")
        line.setFixedHeight(1)
        self._add(line)

    def _add(self, widget: QWidget) -> None:
        self._column.addWidget(widget)

    def _space(self, height: int) -> None:
        self._column.addSpacing(height)

    def _across(self, *widgets: QWidget) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(8)
        for widget in widgets:
            line.addWidget(widget)
        line.addStretch(1)
        return line

    def _line(self, *widgets: QWidget, stretch: int | None = None) -> None:
        """Add a line; ``stretch``: the widget that takes the room that is left."""
        line = self._across(*widgets)
        if stretch is not None:
            line.setStretch(stretch, 1)
            line.setStretch(len(widgets), 0)
        self._column.addLayout(line)
