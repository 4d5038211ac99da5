"""Every way in which the engine fails, in the person's words: what happened, what is safe, what to do."""

from __future__ import annotations

import re

from desktop.engine.protocol import Failed
from desktop.errors import KotonohaError


class RequestFailed(Exception):  # noqa: N818 - the file, the machine or the request is at fault
    """A request cannot be answered. ``code`` is one of those below; ``detail`` is technical."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        return self.detail or self.code


class LoadFailed(RequestFailed):
    """The model cannot be loaded."""


class DecodeFailed(RequestFailed):
    """A computation failed."""


class Stopped(Exception):  # noqa: N818 - not an error
    """The person stopped it."""


_KEPT_JA = "書いたものは残っています。"
_KEPT_EN = "What you wrote is safe."

# code → (what happened, what to do), each in Japanese and English
_SENTENCES: dict[str, tuple[str, str, str, str]] = {
    "engine_unavailable": (
        "モデルを動かすプログラムを起動できませんでした。",
        "アプリを入れ直してください。",
        "The program that runs the model could not be started.",
        "Please install the app again.",
    ),
    "engine_died": (
        "モデルを動かすプログラムが途中で終了しました。",
        "もう一度送信すると、自動で起動し直します。くり返すときは、小さいモデルか短いコンテキスト長を選んでください。",
        "The program that runs the model ended unexpectedly.",
        "Send again and it restarts by itself. If this repeats, choose a smaller model or a shorter context.",
    ),
    "engine_hung": (
        "モデルを動かすプログラムが応答しなくなったため、止めました。",
        "もう一度送信すると、自動で起動し直します。",
        "The program that runs the model stopped responding, so it was ended.",
        "Send again and it restarts by itself.",
    ),
    "engine_broken": (
        "モデルを動かすプログラムから読み取れない応答が届いたため、止めました。",
        "もう一度送信してください。くり返すときは、アプリを入れ直してください。",
        "The program that runs the model sent something unreadable, so it was ended.",
        "Please send again. If it happens again, install the app again.",
    ),
    "model_missing": (
        "モデルのファイルが見つかりません。",
        "移動や削除をしていないか確かめるか、別のモデルを選んでください。",
        "The model file was not found.",
        "Check whether it was moved or deleted, or choose another model.",
    ),
    "model_unreadable": (
        "モデルのファイルを読み取れません。",
        "ファイルのアクセス権とディスクを確かめるか、別のモデルを選んでください。",
        "The model file cannot be read.",
        "Check its permissions and the disk, or choose another model.",
    ),
    "model_invalid": (
        "モデルのファイルが壊れているか、GGUF形式ではありません。",
        "ダウンロードし直すか、別のモデルを選んでください。",
        "The model file is damaged, or is not a GGUF file.",
        "Download it again, or choose another model.",
    ),
    "model_unsupported": (
        "このモデルは会話に使えない種類のモデルです。",
        "会話用のモデルを選んでください。",
        "This kind of model cannot be used for a conversation.",
        "Choose a model made for chat.",
    ),
    "out_of_memory": (
        "メモリが足りず、モデルを動かせませんでした。",
        "ほかのアプリを閉じるか、小さいモデルか短いコンテキスト長を選んでください。",
        "There is not enough memory to run this model.",
        "Close other apps, or choose a smaller model or a shorter context.",
    ),
    "prompt_too_long": (
        "質問（添えたファイルがあれば、それも）が長すぎて、モデルが一度に読める長さを超えています",
        "文章を短くするか、分けて送るか、コンテキスト長を大きくしてください。",
        "The question, with its files if there are any, is longer than the model can read at once",
        "Shorten it, send it in parts, or choose a longer context.",
    ),
    "context_exceeded": (
        "対話が長くなり、モデルが一度に読める長さを超えました",
        "古い部分を省くか要約して続けるか、コンテキスト長を大きくしてください。",
        "The chat has become longer than the model can read at once",
        "Go on with its oldest part left out or summarised, or choose a longer context.",
    ),
    "template_failed": (
        "チャットテンプレートを安全に使えませんでした",
        "モデルの設定でテンプレートを直すか空にするか、別のモデルを選んでください。",
        "The chat template could not be used safely",
        "Mend or empty it in the model's settings, or choose another model.",
    ),
    "schema_invalid": (
        "JSONスキーマを使えませんでした。",
        "スキーマの書き方を確かめてください。",
        "The JSON schema could not be used.",
        "Please check how it is written.",
    ),
    "grammar_invalid": (
        "答えの文法（GBNF）を使えませんでした。",
        "文法の書き方を確かめてください。",
        "The grammar for the answer (GBNF) could not be used.",
        "Please check how it is written.",
    ),
    "draft_mismatch": (
        "下書き用のモデルは、語彙が違うため、このモデルとは組めません。",
        "モデルの設定で、同じ系列の小さいモデルを選ぶか、下書きモデルを外してください。",
        "The draft model has another vocabulary, so it cannot be used with this model.",
        "Choose a small model of the same family in the model's settings, or none.",
    ),
    "decode_failed": (
        "モデルの計算が途中で失敗しました。",
        "もう一度送信してください。くり返すときは、別のモデルを選んでください。",
        "The model's computation failed.",
        "Please send again. If it happens again, choose another model.",
    ),
    "engine_error": (
        "モデルを動かすプログラムで予期しないエラーが起きました。",
        "もう一度送信してください。くり返すときは、不具合として知らせてください。",
        "An unexpected error happened in the program that runs the model.",
        "Please send again. If it happens again, please report it.",
    ),
}

CODES = frozenset(_SENTENCES)
MAX_DETAIL = 160  # characters of a detail that people see
_WITH_DETAIL = ("prompt_too_long", "context_exceeded", "template_failed")
_UNITS = re.compile(r"\b(tokens|characters)$")


def _unit(found: re.Match[str]) -> str:
    return {"tokens": "トークン", "characters": "字"}[found[1]]


def explain(failed: Failed) -> KotonohaError:
    """Return the failure as the error that people see; an unknown code is told as ``engine_error``.

    Figures, and the place in a template, are added; other details are technical, for the log.
    """
    if failed.ja and failed.en:
        return KotonohaError(failed.code, f"{failed.ja}{_KEPT_JA}", f"{failed.en} {_KEPT_EN}")
    happened_ja, todo_ja, happened_en, todo_en = _SENTENCES.get(failed.code, _SENTENCES["engine_error"])
    detail = failed.detail[:MAX_DETAIL] if failed.code in _WITH_DETAIL else ""
    detail_ja, detail_en = (f"（{_UNITS.sub(_unit, detail)}）", f" ({detail})") if detail else ("", "")
    return KotonohaError(
        failed.code,
        f"{happened_ja.removesuffix('。')}{detail_ja}。{_KEPT_JA}{todo_ja}",
        f"{happened_en.removesuffix('.')}{detail_en}. {_KEPT_EN} {todo_en}",
    )
