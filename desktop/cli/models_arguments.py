"""The grammar of ``kotonoha models``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from desktop.cli.output import lines_help, object_help
from desktop.language import say

SORTS = ("downloads", "likes", "last_modified", "trending_score", "created_at")  # hub.search.Sort
MOST_FOUND = 500  # hub.search.MOST_FOUND, without loading it


def add_models(commands: Any) -> None:  # noqa: ANN401 - argparse's subparsers have no public type
    """Add the command and what can be done with models."""
    about = say(
        "モデルを一覧・検索・入手・追加・検証・削除・移動",
        "list, search, fetch, add, verify, remove and move models",
    )
    models = commands.add_parser("models", help=about, description=about)
    models.add_argument("--json", action="store_true", help=lines_help())
    word = say("操作", "ACTION")
    actions = models.add_subparsers(dest="action", metavar=word, title=word)
    models.set_defaults(action="list")
    _action(actions, "list", say("このPCのモデルを並べる", "list the models on this machine"), lines_help())
    _search(actions)
    _pull(actions)
    _add(actions)
    _verify(actions)
    _rm(actions)
    _info(actions)
    _move(actions)
    _elsewhere(actions)


def _action(actions: Any, name: str, about: str, json: str) -> Any:  # noqa: ANN401
    parser = actions.add_parser(name, help=about, description=about)
    # What was said before the action stays.
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=json)
    return parser


def _online(parser: Any) -> None:  # noqa: ANN401
    parser.add_argument(
        "--online",
        action="store_true",
        help=say(
            "「オフライン」でも、今回だけ尋ねずに接続する",
            "connect this once without a question, though “Offline” is on",
        ),
    )


def _search(actions: Any) -> None:  # noqa: ANN401
    about = say("配布サイトでGGUFモデルを探す", "search the hub for GGUF models")
    parser = _action(actions, "search", about, lines_help())
    parser.add_argument("words", nargs="+", metavar="WORDS", help=say("探す言葉", "what to look for"))
    parser.add_argument(
        "--japanese",
        action="store_true",
        help=say("日本語用とされるものだけ", "only those that are said to be for Japanese"),
    )
    parser.add_argument(
        "--licence", default="", metavar="NAME", help=say("このライセンスのものだけ", "only of this licence")
    )
    parser.add_argument("--sort", choices=SORTS, default="downloads", help=say("並べる順", "the order"))
    parser.add_argument(
        "--limit",
        type=_limit,
        default=30,
        metavar="N",
        help=say("N件まで（500まで）", "at most N, up to 500"),
    )
    _online(parser)


def _pull(actions: Any) -> None:  # noqa: ANN401
    about = say(
        "モデルを入手する。Ctrl-C で一時停止し、同じコマンドで続きから始める",
        "fetch a model; Ctrl-C pauses, and the same command goes on",
    )
    parser = _action(actions, "pull", about, lines_help())
    parser.add_argument(
        "repository",
        metavar="REPO[:QUANT]",
        help=say(
            "作者/モデル名 と量子化（なければこのPCに向くもの）",
            "OWNER/NAME and the quantization (else the one that suits this machine)",
        ),
    )
    _online(parser)


def _add(actions: Any) -> None:  # noqa: ANN401
    about = say("ディスクにあるモデルを、その場所のまま加える", "add models where they are on the disk")
    parser = _action(actions, "add", about, object_help())
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help=say("GGUFファイルかフォルダー", "GGUF files or folders"),
    )


def _verify(actions: Any) -> None:  # noqa: ANN401
    about = say(
        "ファイルを最後まで読み、前と同じか確かめる", "read files whole and tell whether they are the same"
    )
    parser = _action(actions, "verify", about, lines_help())
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=say("モデル（なければすべて）", "the models (none: all)")
    )


def _rm(actions: Any) -> None:  # noqa: ANN401
    about = say("モデルをごみ箱に入れる", "put a model into the bin of the system")
    parser = _action(actions, "rm", about, object_help())
    _name(parser)
    parser.add_argument("--yes", action="store_true", help=say("尋ねない", "do not ask"))
    parser.add_argument(
        "--keep-file",
        action="store_true",
        help=say("一覧から外すだけで、ファイルは残す", "only take it off the list; its file stays"),
    )


def _info(actions: Any) -> None:  # noqa: ANN401
    about = say("1つのモデルと、このPCで動くかを見る", "tell about one model, and whether it runs here")
    parser = _action(actions, "info", about, object_help())
    parser.add_argument(
        "name",
        metavar="NAME|FILE.gguf",
        help=say("モデルの名前かファイル", "name or file of the model"),
    )


def _move(actions: Any) -> None:  # noqa: ANN401
    about = say(
        "入手したモデルを別のフォルダーに移し、これからもそこに置く",
        "move the models that were fetched, and keep new ones there",
    )
    parser = _action(actions, "move", about, object_help())
    parser.add_argument("folder", type=Path, metavar="FOLDER", help=say("移す先", "where to"))


def _elsewhere(actions: Any) -> None:  # noqa: ANN401
    about = say(
        "LM Studio・Jan・Ollama・GPT4All・Hugging Face のモデルを探す",
        "find the models of LM Studio, Jan, Ollama, GPT4All and Hugging Face",
    )
    parser = _action(actions, "elsewhere", about, lines_help())
    parser.add_argument(
        "--add",
        action="store_true",
        help=say("すべて、その場所のまま加える", "add them all where they are"),
    )


def _name(parser: Any) -> None:  # noqa: ANN401
    parser.add_argument(
        "name", metavar="NAME", help=say("モデルの名前かファイル", "name or file of the model")
    )


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6 or not 0 < int(text) <= MOST_FOUND:
        raise argparse.ArgumentTypeError(
            say(
                f"1から{MOST_FOUND}までの数ではありません: {text}",
                f"not a number from 1 to {MOST_FOUND}: {text}",
            )
        )
    return int(text)
