"""The answer that is being written, on the page: its progress, its words, its speed."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Signal

from desktop.engine.protocol import Event, Finished, Loaded, Loading, Piece, PromptProgress, Started, Thought
from desktop.models.loading import Step
from desktop.ui.conversation.chat_page import ChatPage
from desktop.ui.turns import Running

WORTH_SAYING = 256  # prompt tokens to be read, from which their progress is shown
_STEADY = 0.3  # seconds of writing from which a speed is told


class LiveAnswer(QObject):
    """Shows the events of the answer that is on the page."""

    prompt_known = Signal()  # what the model is given, and what it does not see
    finished = Signal(object)  # Stats

    def __init__(self, page: ChatPage) -> None:
        super().__init__(page)
        self._page = page
        self._first_piece_at, self._first_tokens = 0.0, 0

    def begin(self, running: Running) -> None:
        """An answer begins; its message may not be on the page yet."""
        self._first_piece_at = 0.0
        running.progress = self.tr("考えています…")

    def take(self, running: Running, event: Event | Step) -> None:
        """Show an event of an answer whose message is on the page."""
        assert running.message is not None
        transcript, id = self._page.transcript, running.message.id
        match event:
            case Loading(fraction=fraction):
                self.show_loading(running, fraction)
            case Step(sentence=sentence, warning=warning):
                self._progress(running, sentence)
                if warning:
                    transcript.set_note(id, sentence)
            case Loaded():
                self._progress(running, self.tr("考えています…"))
            case Started(prompt_tokens=tokens, context_length=length, left_out=left_out):
                running.prompt_tokens, running.context_length = tokens, length
                running.left_out = left_out
                self.prompt_known.emit()
            case PromptProgress(total=total) if total - running.reused >= WORTH_SAYING:
                self._progress(running, self.reading(*running.read))
            case Thought(text=thought, tokens=tokens):
                transcript.append_thought(id, thought)
                self._count(running, tokens)
            case Piece(text=piece, tokens=tokens):
                if len(running.pieces) == 2 and running.thought_seconds:  # the first one
                    transcript.end_thinking(id, running.thought_seconds)
                transcript.append_text(id, piece)
                self._count(running, tokens)
            case Finished(stats=stats) if stats is not None:
                self.finished.emit(stats)
            case _:
                pass

    def show_loading(self, running: Running, fraction: float) -> None:
        """Show how much of the model is in memory, while nothing is written yet."""
        if running.message is not None and len(running.pieces) == 1:
            percent = round(fraction * 100)
            self._progress(running, self.tr("モデルを読み込んでいます… {percent} %").format(percent=percent))

    def reading(self, percent: int, seconds: int | None) -> str:
        """Say how much of the prompt is read, and how long it will take where that is known."""
        if seconds is None:
            return self.tr("質問を読んでいます… {percent} %").format(percent=percent)
        left = self.tr("約{seconds}秒").format(seconds=seconds)
        if seconds >= 120:
            left = self.tr("約{minutes}分").format(minutes=round(seconds / 60))
        return self.tr("質問を読んでいます… {percent} %（残り{time}）").format(percent=percent, time=left)

    def _progress(self, running: Running, text: str) -> None:
        running.progress = text
        if running.message is not None:
            self._page.transcript.set_progress(running.message.id, text)

    def _count(self, running: Running, tokens: int) -> None:
        """Show how full the context is now, and how fast the answer is."""
        self._page.meter.set_tokens(running.prompt_tokens + tokens, running.context_length)
        now = time.monotonic()
        if not self._first_piece_at or tokens < 2:
            self._first_piece_at = now
            self._first_tokens = tokens
        elif now - self._first_piece_at > _STEADY:
            speed = (tokens - self._first_tokens) / (now - self._first_piece_at)
            status = self.tr("{speed} トークン/秒").format(speed=f"{speed:.1f}")
            number, count = running.place
            if count > 1:
                status = self.tr("{count}つのうち{number}つめの答え　{speed}").format(
                    count=count, number=number, speed=status
                )
            self._page.composer.set_status(status)
