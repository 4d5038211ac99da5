"""The grammar of the command line."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

from desktop import __version__
from desktop.cli.chats_arguments import add_chats
from desktop.cli.models_arguments import add_models
from desktop.language import say

CACHE_TYPES = ("f16", "q8_0", "q4_0")  # engine.protocol.CacheType, without loading msgspec
DEVELOPMENT = ("test", "bench", "build")  # they hand their arguments on, and exist in a checkout only


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return what the arguments ask for; ``command`` names it.

    Raises ``SystemExit``: 2 with a message on standard error for wrong arguments, 0 after help and version.
    """
    if arguments[:1] and arguments[0] in DEVELOPMENT:
        return argparse.Namespace(command=arguments[0], rest=arguments[1:])
    return _parser().parse_args(arguments)


class _Formatter(argparse.HelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, say("使い方: ", "usage: ") if prefix is None else prefix)


# argparse says these in English alone.
_JAPANESE = (
    (r"unrecognized arguments: (.*)", r"{} というオプションや引数はありません。"),
    (r"argument (\S+): invalid choice: (.*?) \(choose from (.*)\)", r"{1} はありません。使えるもの: {2}"),
    (r"argument (\S+): expected one argument", r"{} には値が要ります。"),
    (r"argument (\S+): not allowed with argument (\S+)", r"{} と {} は一緒に使えません。"),
    (r"argument (\S+): invalid \S+ value: (.*)", r"{} の値 {} は使えません。"),
    (r"the following arguments are required: (.*)", r"{} が要ります。"),
)


def _in_japanese(message: str) -> str:
    for pattern, sentence in _JAPANESE:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return sentence.format(*found.groups())
    return f"引数が正しくありません（{message}）。"


class _Parser(argparse.ArgumentParser):
    def __init__(self, **keywords: object) -> None:
        super().__init__(add_help=False, allow_abbrev=False, formatter_class=_Formatter, **keywords)  # type: ignore[arg-type]
        self._positionals.title = say("引数", "arguments")
        self._optionals.title = say("オプション", "options")
        self.options = self._optionals
        self.options.add_argument("-h", "--help", action="help", help=say("この説明を出す", "show this help"))

    def error(self, message: str) -> NoReturn:
        self.print_usage()
        detail = say(_in_japanese(message), f"wrong arguments ({message}).")
        self.exit(2, f"{self.prog}: {detail}\n")

    def print_usage(self, file: object = None) -> None:
        import sys

        super().print_usage(sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="kotonoha",
        description=say(
            "日本語のオープンモデルと、このパソコンの中だけで話せます。コマンドなしで、ウィンドウを開きます。",
            "Chat with Japanese open models, entirely on this computer. Without a command the window opens.",
        ),
        epilog=say(
            "ソースのフォルダーでは、test、bench、build も使えます。",
            "In a folder of the source there are also test, bench and build.",
        ),
    )
    parser.options.add_argument(
        "--version",
        action="version",
        version=f"kotonoha {__version__}",
        help=say("版を出す", "show the version"),
    )
    commands = parser.add_subparsers(
        dest="command", required=True, metavar=say("コマンド", "COMMAND"), title=say("コマンド", "commands")
    )
    _add_ask(commands)
    _add_devices(commands)
    add_chats(commands)
    add_models(commands)
    _add_quick(commands)
    _add_demo(commands)
    return parser


def _add_ask(commands: argparse._SubParsersAction[_Parser]) -> None:
    about = say(
        "質問に答える。質問がなければ、ターミナルで対話する",
        "answer a question; without one, chat in the terminal",
    )
    ask = commands.add_parser(
        "ask",
        help=about,
        description=about
        + say(
            "。パイプで渡した文章は質問に添える: cat mail.txt | kotonoha ask 要約して",
            ". Piped text is attached to it: cat mail.txt | kotonoha ask Summarize",
        ),
    )
    words = ask.add_argument_group(say("引数", "arguments"))
    words.add_argument("text", nargs="*", metavar="TEXT", help=say("質問", "the question"))
    add = ask.options.add_argument
    add(
        "--model",
        metavar="NAME|FILE.gguf",
        help=say("使うモデルの名前かファイル", "name or file of the model to use"),
    )
    add("-p", "--preset", metavar="PRESET", help=say("使うプリセットの名前", "name of the preset to use"))
    add("--system", metavar="TEXT", help=say("システムプロンプト", "system prompt"))
    add(
        "--max-tokens",
        type=_number(int, 1, 2**31 - 1),
        metavar="N",
        help=say("答えの長さの上限（トークン）", "longest answer, in tokens"),
    )
    add(
        "--temperature",
        type=_number(float, 0, 5),
        metavar="T",
        help=say("温度（0: いつも同じ答え）", "temperature (0: always the same answer)"),
    )
    add(
        "--seed",
        type=_number(int, 0, 2**32 - 2),
        metavar="N",
        help=say("乱数の種", "seed of the random numbers"),
    )
    bound = ask.options.add_mutually_exclusive_group()
    bound.add_argument(
        "--schema",
        type=Path,
        metavar="FILE.json",
        help=say("答えをこのJSON Schemaに従わせる", "bind the answer to this JSON schema"),
    )
    bound.add_argument(
        "--grammar",
        type=Path,
        metavar="FILE.gbnf",
        help=say("答えをこの文法（GBNF）に従わせる", "bind the answer to this grammar (GBNF)"),
    )
    _add_loading(ask)
    add(
        "--stop",
        action="append",
        metavar="TEXT",
        help=say(
            "この文字列の前で答えを終える（何度でも）", "end the answer before this text (may be repeated)"
        ),
    )
    _add_samplers(ask)
    _add_asking(ask)
    add("--save", action="store_true", help=say("対話を保存する", "keep the chat"))
    add("--json", action="store_true", help=say("答えをJSONで出す", "print the answer as a JSON object"))


def _add_samplers(ask: _Parser) -> None:
    add = ask.options.add_argument
    add(
        "--top-k",
        type=_number(int, 0, 1_000_000),
        metavar="N",
        help=say("確率の高いN個から選ぶ（0: すべて）", "draw from the N most probable tokens (0: all)"),
    )
    add(
        "--top-p",
        type=_number(float, 0, 1),
        metavar="P",
        help=say("確率の合計がPになるまでから選ぶ", "draw from the tokens that make up P"),
    )
    add(
        "--min-p",
        type=_number(float, 0, 1),
        metavar="P",
        help=say("最有力のP倍より低いものを除く", "leave out those below P times the most probable"),
    )
    add(
        "--repeat-penalty",
        type=_number(float, 0.01, 10),
        metavar="X",
        help=say("同じ言葉の繰り返しを抑える（1: なし）", "penalize repeated words (1: off)"),
    )
    add(
        "--sampling",
        type=_sampling,
        metavar="JSON",
        help=say(
            """ほかのサンプラー: '{"mirostat": 2, "dry_multiplier": 0.8}'""",
            """other samplers: '{"mirostat": 2, "dry_multiplier": 0.8}'""",
        ),
    )


def _add_asking(ask: _Parser) -> None:
    """Add what decides how a model is asked, and stands in for what was set by hand for it."""
    add = ask.options.add_argument
    add(
        "--adapter",
        dest="adapters",
        action="append",
        type=_adapter,
        metavar="FILE.gguf[=SCALE]",
        help=say("LoRAアダプターを使う（何度でも）", "use a LoRA adapter (any number)"),
    )
    add(
        "--thinking",
        action=argparse.BooleanOptionalAction,
        default=None,
        help=say("考えてから答える・考えずに答える", "think before answering, or not"),
    )
    add(
        "--thinking-budget",
        type=_number(int, 0, 1_000_000),
        metavar="N",
        help=say("考えるのはNトークンまで", "think for at most N tokens"),
    )
    add(
        "--reproducible",
        action=argparse.BooleanOptionalAction,
        default=None,
        help=say(
            "いつも同じ計算にする（遅くなる。ふつうは温度0のときだけ）",
            "compute the same way every time (slower; else only at temperature 0)",
        ),
    )
    add(
        "--probabilities",
        type=_number(int, 1, 20),
        metavar="N",
        help=say(
            "--json に、答えの各トークンの確率とほかの候補N個を加える",
            "add to --json how probable each token was, and N others",
        ),
    )


def _adapter(text: str) -> tuple[str, float]:
    path, found, scale = text.rpartition("=")
    if not found or not path:
        return text, 1.0
    return path, float(_number(float, -100, 100)(scale))


def _add_devices(commands: argparse._SubParsersAction[_Parser]) -> None:
    about = say(
        "モデルを動かせる装置とメモリを見る",
        "list what models can be run on, and its memory",
    )
    devices = commands.add_parser("devices", help=about, description=about)
    add = devices.options.add_argument
    add(
        "--model",
        metavar="NAME|FILE.gguf",
        help=say("このモデルをどう動かすかも見る", "also tell how this model would be run"),
    )
    _add_loading(devices)
    add("--json", action="store_true", help=say("JSONで出す", "print a JSON object"))


def _add_loading(parser: _Parser) -> None:
    """Add how a model is loaded; what is not given is as in the model's settings, else automatic."""
    add = parser.options.add_argument
    add(
        "--context-length",
        type=_number(int, 1, 2**31 - 1),
        metavar="N",
        help=say("コンテキスト長（トークン）", "context length, in tokens"),
    )
    add(
        "--gpu-layers",
        type=_number(int, 0, 65_536),
        metavar="N",
        help=say("GPUに置く層の数（0: CPUだけ）", "layers on the GPU (0: the CPU alone)"),
    )
    add(
        "--cache-type",
        choices=CACHE_TYPES,
        help=say("KVキャッシュの型", "type of the KV cache"),
    )
    add(
        "--threads",
        type=_number(int, 1, 512),
        metavar="N",
        help=say("計算に使うスレッドの数", "threads to compute with"),
    )


def _add_quick(commands: argparse._SubParsersAction[_Parser]) -> None:
    about = say(
        "すぐに聞くための小さな窓を出す。デスクトップのキー設定から呼べる",
        "show the small window for a quick question, for a key of the desktop to call",
    )
    commands.add_parser("quick", help=about, description=about)


def _add_demo(commands: argparse._SubParsersAction[_Parser]) -> None:
    about = say(
        "画面なしでウィンドウを動かし、答えを出して、その姿を画像に残す",
        "run the window without a screen, print an answer, save a picture of it",
    )
    demo = commands.add_parser("demo", help=about, description=about)
    words = demo.add_argument_group(say("引数", "arguments"))
    words.add_argument(
        "picture",
        nargs="?",
        type=Path,
        metavar="PICTURE.png",
        help=say("画像を保存するファイル", "the picture's file"),
    )


def _sampling(text: str) -> dict[str, object]:
    from desktop.cli.sampling import sampling_fields  # only here: it loads more than the command line needs

    return sampling_fields(text)


def _number(kind: type[int] | type[float], low: float, high: float) -> Callable[[str], int | float]:
    def convert(text: str) -> int | float:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(
                say(
                    f"{low}から{high}までの数ではありません: {text}",
                    f"not a number from {low} to {high}: {text}",
                )
            )
        return value

    return convert
