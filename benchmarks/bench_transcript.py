"""The transcript: stalls of the event loop while an answer streams; how fast long chats open and scroll."""

from __future__ import annotations

import gc
import os
from itertools import pairwise
from time import perf_counter

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from desktop.markdown.highlight import highlight
from desktop.ui.transcript import Entry, Transcript

MESSAGES = 5_000
STREAMED = 24_000  # characters
LONG = 200_000  # characters of one message
STEP, STEPS = 120, 300  # px of a turn of the wheel, and how many
PIECE = 5  # characters, about two tokens, every PIECE_MS: 600 tokens/s, more than any model gives here
PIECE_MS = 4

SAMPLE = """## 吾輩は猫である

吾輩は猫である。名前は**まだ無い**。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所で\
ニャーニャー泣いていた事だけは記憶している。吾輩はここで始めて人間というものを見た。しかもあとで聞くとそれは\
**「書生」**という人間中で一番*獰悪*な種族であったそうだ。

1. この書生というのは時々我々を捕えて煮て食うという話である。
2. しかしその当時は何という考もなかったから別段恐しいとも思わなかった。
   - ただ彼の掌に載せられてスーと持ち上げられた時、何だかフワフワした感じがあったばかりである。
   - 掌の上で少し落ちついて書生の顔を見たのが、いわゆる`人間`というものの見始であろう。
3. この時妙なものだと思った感じが今でも残っている。

| 言葉 | 読み | 意味 |
|------|------|------|
| 獰悪 | どうあく | 性質が荒々しく悪いこと |
| 見当 | けんとう | おおよその見込み |

```python
def 数える(本文: str) -> dict[str, int]:
    \"\"\"文字ごとの回数を返す。\"\"\"
    回数: dict[str, int] = {}
    for 文字 in 本文:
        回数[文字] = 回数.get(文字, 0) + 1  # 初めてなら一
    return 回数
```

> 第一毛をもって装飾されべきはずの顔がつるつるしてまるで薬缶だ。

その後猫にもだいぶ逢ったがこんな片輪には一度も出会わした事がない。のみならず顔の真中があまりに突起している。\
そうしてその穴の中から時々ぷうぷうと煙を吹く。どうも咽せぽくて実に弱った。

"""


LONG_SAMPLE = (
    SAMPLE
    + """面積は$S = \\frac{1}{2}ab\\sin C$、つまり｜半分《はんぶん》です。

$$
\\int_0^1 x^2\\,dx = \\frac{1}{3}
$$

"""
)


def _conversation() -> list[Entry]:
    return [
        Entry(n, "user", f"{n}番目の質問です。続きを聞かせてください。")
        if n % 2 == 0
        else Entry(n, "assistant", SAMPLE[: 200 + n * 37 % 700], note="38.2 トークン/秒")
        for n in range(MESSAGES)
    ]


def _open(transcript: Transcript, entries: list[Entry]) -> float:
    began = perf_counter()
    transcript.show_entries(entries)
    transcript.repaint()
    transcript.viewport().repaint()
    return (perf_counter() - began) * 1_000


def _scroll(application: QApplication, transcript: Transcript) -> list[float]:
    """Turn the wheel up through text that was not seen before; return how long each turn took, in ms.

    That is with its painting, and with the slice of work on what comes next.
    """
    bar, taken = transcript.verticalScrollBar(), []
    for _ in range(STEPS):
        began = perf_counter()
        bar.setValue(bar.value() - STEP)
        application.processEvents()
        taken.append((perf_counter() - began) * 1_000)
    return taken


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def _stream(transcript: Transcript) -> list[float]:
    """Stream one long answer; return the gaps between the ticks of a 1 ms timer, in ms."""
    text = (SAMPLE * (STREAMED // len(SAMPLE) + 1))[:STREAMED]
    transcript.add_entry(Entry(MESSAGES, "user", "全文をお願いします。"))
    transcript.add_entry(Entry(MESSAGES + 1, "assistant", "", "streaming"))
    ticks: list[float] = []
    clock = QTimer(interval=1, timerType=Qt.TimerType.PreciseTimer)
    clock.timeout.connect(lambda: ticks.append(perf_counter()))
    loop, sent = QEventLoop(), 0
    source = QTimer(interval=PIECE_MS, timerType=Qt.TimerType.PreciseTimer)

    def send() -> None:
        nonlocal sent
        transcript.append_text(MESSAGES + 1, text[sent : sent + PIECE])
        sent += PIECE
        if sent >= len(text):
            loop.quit()

    source.timeout.connect(send)
    clock.start()
    source.start()
    loop.exec()
    source.stop()
    clock.stop()
    return [(after - before) * 1_000 for before, after in pairwise(ticks)]


def figures() -> dict[str, float]:
    """Return in ms: medians of five openings until painted, turns of the wheel, stalls while it streams."""
    application = QApplication.instance() or QApplication([])
    gc.freeze()  # and loading Pygments: as the application does when its window is there
    highlight("x = 1", "python")
    transcript = Transcript()
    transcript.resize(964, 640)
    transcript.show()
    entries = _conversation()
    opened = []
    for _ in range(5):
        opened.append(_open(transcript, entries))
        application.processEvents()
    scrolled = _scroll(application, transcript)
    text = (LONG_SAMPLE * (LONG // len(LONG_SAMPLE) + 1))[:LONG]
    opened_long = []
    for _ in range(5):
        opened_long.append(_open(transcript, [Entry(1, "user", "全文を。"), Entry(2, "assistant", text)]))
    scrolled_long = _scroll(application, transcript)
    transcript.show_entries(entries)
    gaps = sorted(_stream(transcript))
    transcript.hide()
    transcript.deleteLater()
    return {
        "open_5000_ms": sorted(opened)[len(opened) // 2],
        "scroll_5000_p99_ms": _p99(scrolled),
        "open_200k_ms": sorted(opened_long)[len(opened_long) // 2],
        "scroll_200k_p99_ms": _p99(scrolled_long),
        "ui_stall_p99_ms": gaps[int(len(gaps) * 0.99)],
        "ui_stall_max_ms": gaps[-1],
    }


if __name__ == "__main__":
    for name, value in figures().items():
        print(f"{name:20} {value:8.1f}")
