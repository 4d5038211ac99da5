"""Whether a model file may be loaded, decided before any native code sees it, and said in the person's words.

The engine's child asks this before every load, so that no way into llama.cpp goes around it.
"""

from __future__ import annotations

import re
import stat
from dataclasses import replace
from pathlib import Path

from desktop.errors import KotonohaError
from desktop.gguf.architectures import ARCHITECTURES
from desktop.gguf.reader import Contents, read
from desktop.gguf.source import Damaged

# ``llama_split_path`` in llama.h
_PART = re.compile(r"(?P<stem>.*)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.DOTALL)


def loadable(path: Path) -> Contents:
    """Return the contents of a model that llama.cpp may be given.

    Raises ``KotonohaError``: what ``whole`` raises, and ``"model_unsupported"`` when it is no model
    to chat with or of an architecture that this version does not know.
    """
    contents = whole(path)
    kind = contents.text("general.type")
    if kind not in ("", "model") or contents.architecture in ("", "clip"):
        raise KotonohaError(
            "model_unsupported",
            f"{path.name} は、対話に使うモデルの本体ではありません。モデル本体のファイルを選んでください。",
            f"{path.name} is not a model to chat with. Choose the file of the model itself.",
        )
    require_known(contents)
    return contents


def require_known(contents: Contents) -> None:
    """Raise ``KotonohaError`` ``"model_unsupported"`` when this llama.cpp cannot run the architecture."""
    name = "".join(c for c in contents.architecture if c.isprintable())[:60]
    if contents.architecture not in ARCHITECTURES:
        raise KotonohaError(
            "model_unsupported",
            f"{contents.path.name} の形式（{name}）を、この版は知りません。"
            "アプリを新しくするか、別のモデルを選んでください。",
            f'This version does not know the architecture "{name}" of {contents.path.name}. '
            "Update the app, or choose another model.",
        )


def whole(path: Path) -> Contents:
    """Read the file at ``path``, and where the model is split all its parts; return what they hold together.

    Raises ``KotonohaError``: ``"model_missing"`` when a file is not there, ``"model_unreadable"`` when it
    cannot be read, ``"model_invalid"`` when it is not a GGUF file, is damaged, ends too early, or a part is
    wrong.
    """
    first = _read(path)
    count = first.integer("split.count")
    if count <= 1:
        return first
    paths = _parts(first, count)
    contents = [first, *(_read_part(part, number, count) for number, part in enumerate(paths[1:], 1))]
    tensors = tuple(tensor for part in contents for tensor in part.tensors)
    names = {tensor.name for tensor in tensors}
    if len(names) != len(tensors) or len(tensors) != first.integer("split.tensors.count"):
        raise _invalid(path, "分割されたファイルの組が合いません", "its parts do not belong together")
    return replace(first, size_bytes=sum(part.size_bytes for part in contents), tensors=tensors)


def _parts(first: Contents, count: int) -> list[Path]:
    """Return the paths of all parts. Raises where ``first`` is not the first, or was renamed."""
    path = first.path
    name = _PART.fullmatch(path.name)
    if name is None or int(name["count"]) != count:
        raise _invalid(
            path,
            f"{count}個に分割されたファイルですが、名前が変わっています",
            f"it is split into {count} files, and its name was changed",
            "元の名前（…-00001-of-…）に戻してください。",
            "Give the files their old names (…-00001-of-…).",
        )
    paths = [
        path.with_name(f"{name['stem']}-{number:05}-of-{count:05}.gguf") for number in range(1, count + 1)
    ]
    number = first.integer("split.no")
    if number != 0:
        raise _invalid(
            path,
            f"{count}個に分割されたファイルの{number + 1}番目です",
            f"it is number {number + 1} of {count} parts",
            f"最初のファイル {paths[0].name} を選んでください。",
            f"Choose the first one, {paths[0].name}.",
        )
    if path != paths[0]:
        raise _invalid(path, "分割されたファイルの番号が合いません", "the number in its name is wrong")
    return paths


def _read_part(path: Path, number: int, count: int) -> Contents:
    part = _read(path)
    if (part.integer("split.no"), part.integer("split.count")) != (number, count):
        raise _invalid(path, "分割されたファイルの番号が合いません", "the number in its name is wrong")
    return part


def _read(path: Path) -> Contents:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for its other end
            raise OSError("not a regular file")
        return read(path)
    except Damaged as damaged:
        raise _invalid(path, damaged.ja, damaged.en) from damaged
    except (FileNotFoundError, NotADirectoryError) as error:
        raise KotonohaError(
            "model_missing",
            f"モデルのファイルがありません: {path}。場所と名前を確かめてください。",
            f"The model file is not there: {path}. Check its place and name.",
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a path that no file can have
        reason = getattr(error, "strerror", None) or str(error)
        raise KotonohaError(
            "model_unreadable",
            f"モデルのファイルを読み取れません: {path}（{reason}）。アクセス権とディスクを確かめてください。",
            f"The model file cannot be read: {path} ({reason}). Check its permissions and the disk.",
        ) from error


def _invalid(
    path: Path,
    ja: str,
    en: str,
    todo_ja: str = "もう一度手に入れてください。",
    todo_en: str = "Get it once more.",
) -> KotonohaError:
    return KotonohaError(
        "model_invalid",
        f"{path.name} はモデルとして使えません: {ja}。{todo_ja}",
        f"{path.name} cannot be used as a model: {en}. {todo_en}",
    )
