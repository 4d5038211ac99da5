"""Three questions, and the models that answer them best on this machine."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.models.catalog_entries import Purpose
from desktop.models.recommend import Pace, Recommendation, Wishes, recommend
from desktop.ui.models.catalog_model import CatalogModel
from desktop.ui.models.catalog_parts import Tile
from desktop.ui.models.catalog_state import CatalogState
from desktop.ui.models.catalog_words import CatalogWords

MOST = 5  # models that are recommended
PURPOSES: tuple[Purpose, ...] = ("talk", "write", "translate", "documents", "reason", "code")
PACES: tuple[Pace, ...] = ("fast", "balanced", "best")


class WishesDialog(QDialog):
    """``chosen`` carries the model that is wanted and its size."""

    chosen = Signal(object, object)  # Entry, Size

    def __init__(self, state: CatalogState, rows: CatalogModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("おすすめを聞く"))
        self.resize(640, 640)
        self.setMinimumSize(420, 400)
        self._state, self._rows = state, rows
        self._words = CatalogWords(self)
        self.found: Sequence[Recommendation] = ()
        self.places: list[Tile] = []
        self._ranks = QButtonGroup(self)
        self._body = QWidget()
        self._body.setObjectName("page")
        column = QVBoxLayout(self._body)
        column.setContentsMargins(20, 18, 20, 12)
        column.setSpacing(8)
        self.purposes = self._question(
            column,
            self.tr("おもに何に使いますか"),
            (
                (self.tr("会話・相談"), self.tr("話し相手、考えの整理")),
                (self.tr("文章"), self.tr("メール、下書き、校正")),
                (self.tr("翻訳"), self.tr("日本語と外国語")),
                (self.tr("文書を読む"), self.tr("要約、抜き出し")),
                (self.tr("筋道の要る質問"), self.tr("説明、計算、比べる")),
                (self.tr("プログラム"), self.tr("書く、直す、読む")),
            ),
        )
        self.paces = self._question(
            column,
            self.tr("何を大切にしますか"),
            (
                (self.tr("速さ"), self.tr("すぐに返事がほしい")),
                (self.tr("ほどほど"), self.tr("釣り合いを取る")),
                (self.tr("品質"), self.tr("少し待ってもよい")),
            ),
        )
        self.uses = self._question(
            column,
            self.tr("仕事（商用）で使いますか"),
            (
                (self.tr("使わない"), self.tr("個人や研究で")),
                (self.tr("使う"), self.tr("商用にできるものだけ")),
            ),
        )
        for group, at in ((self.purposes, 0), (self.paces, 1), (self.uses, 0)):
            group.button(at).setChecked(True)
            group.idToggled.connect(self._answered)
        self.heading = QLabel(self.tr("このPCでのおすすめ"), self)
        self.heading.setObjectName("subheading")
        self.waiting = QLabel(self)
        self.waiting.setObjectName("sub")
        self.waiting.setWordWrap(True)
        column.addSpacing(8)
        column.addWidget(self.heading)
        column.addWidget(self.waiting)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        column.addLayout(self._list)
        column.addStretch(1)
        self.cancel = QPushButton(self.tr("閉じる"), self)
        self.button = QPushButton(self)
        self.button.setObjectName("main")
        self._arrange()
        self.cancel.clicked.connect(self.reject)
        self.button.clicked.connect(self._choose)
        self._ranks.idToggled.connect(lambda _id, on: self._update_button() if on else None)
        state.changed.connect(self._show)
        self._show()

    def _arrange(self) -> None:
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._body)
        foot = QHBoxLayout()
        foot.setContentsMargins(20, 12, 20, 16)
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.button)
        line = QFrame(self)
        line.setObjectName("hairline")
        line.setFixedHeight(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addWidget(line)
        layout.addLayout(foot)

    def _question(self, column: QVBoxLayout, text: str, answers: Sequence[tuple[str, str]]) -> QButtonGroup:
        heading = QLabel(text, self._body)
        heading.setObjectName("subheading")
        group = QButtonGroup(self)
        grid = QGridLayout()
        grid.setSpacing(8)
        across = len(answers) if len(answers) < 4 else 3
        for at, (title, explanation) in enumerate(answers):
            tile = Tile(title, explanation, self._body)
            tile.setAccessibleName(f"{text}: {title}")
            group.addButton(tile, at)
            grid.addWidget(tile, at // across, at % across)
            grid.setColumnStretch(at % across, 1)
        column.addSpacing(4)
        column.addWidget(heading)
        column.addLayout(grid)
        return group

    def wishes(self) -> Wishes:
        """Return the answers."""
        return Wishes(
            PURPOSES[self.purposes.checkedId()],
            PACES[self.paces.checkedId()],
            commercial=self.uses.checkedId() == 1,
        )

    def selected(self) -> Recommendation | None:
        """Return the model that the button is about."""
        at = self._ranks.checkedId()
        return self.found[at] if 0 <= at < len(self.found) else None

    def _answered(self, _id: int, on: bool) -> None:
        if on:
            self._show()

    def _show(self) -> None:
        state = self._state
        known = state.catalog is not None and state.survey is not None
        self.found = ()
        if state.catalog is not None and state.survey is not None:
            judged = (each for every in state.survey.all.values() for each in every)
            self.found = recommend(state.catalog, judged, self.wishes(), most=MOST)
        self.waiting.setVisible(not self.found)
        self.waiting.setText(
            self.tr("この条件で動くモデルは見つかりませんでした。条件を変えてみてください。")
            if known
            else state.problem or self.tr("このPCの速さとメモリを調べています…")
        )
        for tile in self.places:
            self._ranks.removeButton(tile)
            self._list.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self.places = [self._place(at, each) for at, each in enumerate(self.found)]
        if self.places:
            self.places[0].setChecked(True)
        self._update_button()

    def _place(self, at: int, found: Recommendation) -> Tile:
        mark = " · ".join(
            (self._words.commercial(found.terms.commercial).word, self._words.pace(found.size, found.fit))
        )
        title = f"{at + 1}. {found.entry.name}"
        tile = Tile(title, found.sentence(), self._body, mark=mark)
        self._ranks.addButton(tile, at)
        self._list.addWidget(tile)
        return tile

    def _update_button(self) -> None:
        found = self.selected()
        self.button.setEnabled(found is not None)
        act = self._rows.act(found.entry) if found else "get" if self._rows.can_get else "where"
        self.button.setText(self._rows.button(act))
        self.button.setAccessibleDescription(found.entry.name if found else "")

    def _choose(self) -> None:
        found = self.selected()
        if found is not None:
            self.accept()
            self.chosen.emit(found.entry, found.size)
