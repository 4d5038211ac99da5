"""The prompt of a model without a chat template: a plain transcript that the model goes on writing.

A base model only continues text. Held against real questions on Gemma 3 270M, a bare 「ユーザー: …
アシスタント:」 made it repeat the question; a line that says who speaks helped, and a few short exchanges of
different kinds in front helped most (「東京です。」 where it had answered 「10:00」). They are part of every
prompt, so they stay in the KV cache.
"""

from __future__ import annotations

from collections.abc import Sequence

from desktop.engine.protocol import Turn

LABELS = {"user": "ユーザー", "assistant": "アシスタント"}
PREAMBLE = "以下は、ユーザーと親切なアシスタントの会話です。アシスタントは、どんな質問にも正しく答えます。"
EXAMPLES = (
    ("水は何度で沸騰しますか？", "水は100度で沸騰します。"),
    ("「今日は天気がいい。」を英語に翻訳してください。", "「The weather is nice today.」です。"),
    ("フランスの首都はどこですか？", "フランスの首都はパリです。"),
    ("2足す3は？", "5です。"),
    ("果物を三つ教えてください。", "りんご、みかん、ぶどうです。"),
    ("あなたは誰ですか？", "私はあなたのパソコンの中で動くAIアシスタントです。"),
    ("月とは何ですか？", "月は、地球のまわりを回っている天体です。夜空で太陽の光を受けて明るく見えます。"),
    ("日本で一番高い山は？", "富士山です。高さは3776メートルです。"),
    ("イタリアの首都は？", "ローマです。"),
    ("どうもありがとう。", "どういたしまして。またいつでも聞いてください。"),
    ("こんにちは。", "こんにちは。今日は何をお手伝いしましょうか。"),
)
STOPS = tuple(
    f"{gap}{label}{colon}" for gap in ("\n\n", "\n") for label in LABELS.values() for colon in (":", "：")
)


def transcript(turns: Sequence[Turn]) -> str:
    """Return the text to go on writing: an answer, or the rest of the assistant's last turn."""
    system = "\n".join(turn.text.strip() for turn in turns if turn.role == "system")
    spoken = [turn for turn in turns if turn.role != "system"]
    parts = [f"{PREAMBLE}{system}\n\n"]
    parts += [
        f"{LABELS['user']}: {question}\n{LABELS['assistant']}: {answer}\n\n" for question, answer in EXAMPLES
    ]
    for turn in spoken[:-1]:
        gap = "\n\n" if turn.role == "assistant" else "\n"
        parts.append(f"{LABELS[turn.role]}: {turn.text.strip()}{gap}")
    if spoken and spoken[-1].role == "assistant":
        parts.append(f"{LABELS['assistant']}: {spoken[-1].text}")
    elif spoken:
        parts.append(f"{LABELS['user']}: {spoken[-1].text.strip()}\n{LABELS['assistant']}:")
    else:
        parts.append(f"{LABELS['assistant']}:")
    return "".join(parts)
