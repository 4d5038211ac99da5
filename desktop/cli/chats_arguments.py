"""The grammar of ``kotonoha chats``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from desktop.cli.output import lines_help, object_help
from desktop.language import say

FORMATS = (
    "markdown",
    "html",
    "pdf",
    "json",
    "text",
    "jsonl",
)  # exchange.exporting.Format, without loading it
_MOST = 2**31 - 1


def add_chats(commands: Any) -> None:  # noqa: ANN401 - argparse's subparsers have no public type
    """Add the command and what can be done with chats."""
    about = say(
        "対話を一覧・表示・検索・取り込み・書き出し・控え",
        "list, show, search, import, export and back up chats",
    )
    chats = commands.add_parser("chats", help=about, description=about)
    word = say("操作", "ACTION")
    actions = chats.add_subparsers(dest="action", required=True, metavar=word, title=word)
    _list(actions)
    _show(actions)
    _search(actions)
    _import(actions)
    _export(actions)
    _backup(actions)
    _restore(actions)


def _action(actions: Any, name: str, about: str, json: str) -> Any:  # noqa: ANN401
    parser = actions.add_parser(name, help=about, description=about)
    parser.add_argument("--json", action="store_true", help=json)
    return parser


def _list(actions: Any) -> None:  # noqa: ANN401
    parser = _action(
        actions, "list", say("対話を新しい順に並べる", "list the chats, the newest first"), lines_help()
    )
    parser.add_argument("--limit", type=_count, metavar="N", help=say("N件まで", "at most N"))


def _show(actions: Any) -> None:  # noqa: ANN401
    parser = _action(actions, "show", say("1つの対話を読む", "print one chat"), lines_help())
    parser.add_argument("id", type=_count, metavar="ID", help=say("一覧の番号", "its number in the list"))


def _search(actions: Any) -> None:  # noqa: ANN401
    about = say("題名と本文から探す", "search titles and texts")
    parser = _action(actions, "search", about, lines_help())
    parser.add_argument("text", nargs="+", metavar="TEXT", help=say("探す言葉", "what to look for"))
    parser.add_argument("--limit", type=_count, default=30, metavar="N", help=say("N件まで", "at most N"))


def _import(actions: Any) -> None:  # noqa: ANN401
    about = say(
        "ChatGPT・Claude・Gemini・Open WebUI・LM Studio・Jan・言の葉の対話を取り込む",
        "import chats of ChatGPT, Claude, Gemini, Open WebUI, LM Studio, Jan and Kotonoha",
    )
    parser = _action(actions, "import", about, object_help())
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help=say("ファイル・zip・フォルダー", "files, zips and folders"),
    )


def _export(actions: Any) -> None:  # noqa: ANN401
    parser = _action(actions, "export", say("対話を書き出す", "export chats"), object_help())
    parser.add_argument(
        "ids",
        nargs="*",
        type=_count,
        metavar="ID",
        help=say("書き出す対話（なければすべて）", "the chats (none: all)"),
    )
    parser.add_argument(
        "--to",
        type=Path,
        required=True,
        metavar="PATH",
        help=say("書き出すファイル・フォルダー・zip", "the file, folder or zip to write"),
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help=say(
            "形式（なければ拡張子から、それもなければ markdown）",
            "the format (else by the suffix, else markdown)",
        ),
    )
    _add_overwrite(parser)


def _backup(actions: Any) -> None:  # noqa: ANN401
    parser = _action(actions, "backup", say("すべての控えを作る", "back everything up"), object_help())
    parser.add_argument(
        "--to",
        type=Path,
        metavar="PATH",
        help=say("控えのファイルかフォルダー", "the file, or the folder for it"),
    )
    parser.add_argument(
        "--encrypt",
        action="store_true",
        help=say(
            "合言葉で暗号化する（尋ねる。パイプなら最初の1行）",
            "encrypt it with a passphrase (asked for; from a pipe, its first line)",
        ),
    )
    _add_overwrite(parser)


def _restore(actions: Any) -> None:  # noqa: ANN401
    about = say(
        "控えに戻す（今のデータは別の名前で残す）", "go back to a backup (the present data is kept aside)"
    )
    parser = _action(actions, "restore", about, object_help())
    parser.add_argument("file", type=Path, metavar="FILE", help=say("控えのファイル", "the backup's file"))


def _add_overwrite(parser: Any) -> None:  # noqa: ANN401
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help=say("同じ名前のファイルを置き換える", "replace a file of the same name"),
    )


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 12 or not 0 < int(text) <= _MOST:
        raise argparse.ArgumentTypeError(say(f"番号ではありません: {text}", f"not a number: {text}"))
    return int(text)
