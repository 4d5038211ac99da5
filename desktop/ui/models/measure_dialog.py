"""Measures a model on this machine, and compares it with itself earlier and with other models."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QPushButton, QTableWidget, QTableWidgetItem, QWidget

from desktop.engine.protocol import Loading
from desktop.errors import sentence
from desktop.jobs import Cancel
from desktop.models.measure import Measurement, Measuring, Point, measure
from desktop.moments import moment
from desktop.store import Model
from desktop.store.measurements import Kept
from desktop.ui.controls.frame import Frame, Note, Outcome, across
from desktop.ui.controls.progress_line import ProgressLine
from desktop.ui.controls.sizes import readable
from desktop.ui.models.speed_plot import Line, SpeedPlot
from desktop.ui.session import Session

MOST_BEHIND = 4  # lines of other measurements


class MeasureDialog(Frame):
    """Shows the newest figures of the model, and lets them be taken anew."""

    def __init__(self, session: Session, model: Model, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("速さを測る — {name}").format(name=model.name))
        self.resize(680, 560)
        self._session = session
        self._model = model
        self._running: Cancel | None = None
        explanation = Note(
            self.tr(
                "いまの設定で読み込み、長さを変えて、読む速さと書く速さを測ります。1分ほどかかることがあります。"
                "薄い線は、前に測ったときと、ほかのモデルです。"
            ),
            self,
        )
        self.read = SpeedPlot(self.tr("読む速さ（トークン/秒）"), self)
        self.written = SpeedPlot(self.tr("書く速さ（トークン/秒）"), self)
        self.table = QTableWidget(0, 4, self)
        self.table.setHorizontalHeaderLabels(
            [self.tr("長さ"), self.tr("読む速さ"), self.tr("書く速さ"), self.tr("最初の文字まで")]
        )
        self.table.setAccessibleName(self.tr("測った速さ"))
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.table.setShowGrid(False)
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )
        self.table.setFixedHeight(172)
        self.facts = Note("", self)
        self.progress = ProgressLine(self)
        self.outcome = Outcome(self)
        self.close_button = QPushButton(self.tr("閉じる"), self)
        self.button = self.main_button(self.tr("測る"))
        plots = across(self.read, self.written)
        self.arrange(
            explanation,
            plots,
            self.table,
            self.facts,
            self.progress,
            self.outcome,
            across(None, self.close_button, self.button),
        )
        self.button.clicked.connect(self._press)
        self.close_button.clicked.connect(self.reject)
        self._refresh()

    def _press(self) -> None:
        if self._running is not None:
            self._stop()
            return
        session = self._session
        target = session.target(self._model)
        self.outcome.hide()
        self.button.setText(self.tr("止める"))
        self.progress.show_part(0, 1, self.tr("モデルを読み込んでいます…"))
        self._running = session.jobs.run(
            lambda cancel: measure(session.store, session.loader, target, cancel),
            owner=self,
            on_event=self._follow,
            on_done=lambda _: self._end(),
            on_failed=self._fail,
        )

    def _follow(self, event: object) -> None:
        if isinstance(event, Loading):
            self.progress.show_part(round(event.fraction * 100), 100, self.tr("モデルを読み込んでいます…"))
        elif isinstance(event, Measuring):
            words = self.tr("測っています… {done} / {total}").format(done=event.done, total=event.total)
            self.progress.show_part(event.done, event.total, words)

    def _end(self) -> None:
        self._running = None
        self.progress.hide()
        self.button.setText(self.tr("測る"))
        self._refresh()

    def _fail(self, error: Exception) -> None:
        self._end()
        self.outcome.tell(sentence(error), failed=True)

    def _stop(self) -> None:
        if self._running is not None:
            self._running.set()
        self._end()

    def _refresh(self) -> None:
        self._session.jobs.store(self._session.store.measurements.list, owner=self, on_done=self._show)

    def _show(self, kept: list[Kept]) -> None:
        mine = [(each, read) for each in kept if each.model_id == self._model.id and (read := _decoded(each))]
        others: dict[int, Measurement] = {}
        for each in kept:
            if each.model_id != self._model.id and each.model_id not in others and (read := _decoded(each)):
                others[each.model_id] = read
        runs = [read for _, read in mine] + list(others.values())
        runs = runs[: MOST_BEHIND + 1]
        self.read.show_lines([_line(run, "prompt_speed") for run in runs])
        self.written.show_lines([_line(run, "speed") for run in runs])
        newest = mine[0][1] if mine else None
        points = newest.points if newest else ()
        self.table.setRowCount(len(points))
        for row, point in enumerate(points):
            for column, words in enumerate(self._words(point)):
                item = QTableWidgetItem(words)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
        self.facts.setText(
            self._facts(mine[0][0].taken, newest) if newest else self.tr("まだ測っていません。")
        )

    def _words(self, point: Point) -> tuple[str, ...]:
        unknown = self.tr("―")
        return (
            self.tr("{count} トークン").format(count=f"{point.prompt_tokens:,}"),
            f"{point.prompt_speed:,.1f}" if point.prompt_speed else unknown,
            f"{point.speed:,.1f}" if point.speed else unknown,
            self.tr("{seconds} 秒").format(seconds=f"{point.first_token_seconds:.2f}"),
        )

    def _facts(self, taken: float, run: Measurement) -> str:
        words = self.tr("{when} に測りました。コンテキスト {context}、メモリ約 {memory}。")
        return words.format(
            when=moment(taken), context=f"{run.context_length:,}", memory=readable(run.memory_bytes)
        )

    def done(self, result: int) -> None:
        if self._running is not None:
            self._running.set()
        super().done(result)


def _decoded(kept: Kept) -> Measurement | None:
    try:
        return msgspec.json.decode(kept.figures, type=Measurement)
    except msgspec.MsgspecError:
        return None


def _line(run: Measurement, field: str) -> Line:
    return Line("", tuple((point.prompt_tokens, getattr(point, field)) for point in run.points))
