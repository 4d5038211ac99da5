"""The models on this machine: which file a name means, and what a file is called.

Files are looked at through their headers only; what is known of them is kept in the store.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Generator
from pathlib import Path
from typing import NamedTuple

from desktop import paths
from desktop.errors import KotonohaError
from desktop.gguf.reader import Contents
from desktop.jobs import Cancel
from desktop.language import say
from desktop.models import starter
from desktop.models.gguf import Header, header_of, read_contents
from desktop.models.recommended import recommended
from desktop.models.starter import Progress
from desktop.store import Choices, Model, Preferences, Store

JOURNAL = "moving.json"  # in our home; of a move of the models that is under way
STRANGE_WORDS = 3  # so many in a name that are not in the file's name: it was made by a tool


class Choice(NamedTuple):
    """A model file to use. ``id`` is None for one that is not kept in the library."""

    path: str
    name: str
    id: int | None
    choices: Choices = Choices()  # what was set by hand for it
    recommended: str = "{}"  # as ``store.Model``'s


def register(store: Store, path: Path) -> Model:
    """Keep the model file at ``path`` in the library; a second time brings what is known of it up to date.

    Raises ``KotonohaError``: ``"model_missing"``, ``"model_invalid"`` or ``"model_unsupported"``.
    """
    path = Path(os.path.abspath(_expanded(path)))  # noqa: PTH100 - a link keeps the name that it was given
    contents = _chat_model(path)
    header = header_of(contents)
    return store.models.add(
        path=path,
        name=display_name(header),
        size_bytes=header.size_bytes,
        architecture=header.architecture,
        parameters=header.parameters,
        quantization=header.quantization,
        trained_context_length=header.trained_context_length,
        recommended=json.dumps(recommended(contents)),
        licence=contents.text("general.license"),
    )


def folder_of(preferences: Preferences) -> Path:
    """Return the folder that models are kept in, as chosen or our own. Raises ``home_unusable``."""
    return Path(preferences.models_folder) if preferences.models_folder else paths.models()


def ensure_starter(store: Store, cancel: Cancel) -> Generator[Progress, None, Model]:
    """Install the starter model where it is missing and return it, registered. See ``starter.install``."""
    known = next((m for m in store.models.list() if Path(m.path).name == starter.FILE_NAME), None)
    path = Path(known.path) if known is not None else Path()
    if known is None or not path.is_file():
        path = yield from starter.install(folder_of(store.settings.get()), cancel)
        known = store.models.by_path(path)
    if known is not None and known.recommended != "{}":  # so it was before recommendations were kept
        return known
    return register(store, path)


def resolve(store: Store, wanted: str | None) -> Choice | None:
    """Return the model meant by a name in the library or by a file's path.

    With None: the one chosen in the settings, else the one used last, else any; None when there is none.
    Raises ``KotonohaError``: ``"model_unknown"``, ``"model_missing"``, ``"model_invalid"``,
    ``"model_unsupported"``.
    """
    if wanted is None:
        return _favourite(store)
    found = store.models.find(wanted)
    if found is not None:
        contents = _chat_model(Path(found.path))
        return _choice(found)._replace(recommended=json.dumps(recommended(contents)))
    path = _expanded(Path(wanted))
    if path.suffix.lower() == ".gguf" or path.is_file():
        known = store.models.by_path(path)
        if known is not None:
            return _choice(known)
        contents = _chat_model(path)
        name = display_name(header_of(contents))
        return Choice(str(path.absolute()), name, None, recommended=json.dumps(recommended(contents)))
    names = "、".join(model.name for model in store.models.list())
    raise KotonohaError(
        "model_unknown",
        f"「{wanted}」というモデルはありません。"
        + (f"あるモデル: {names}" if names else "まだモデルがありません。"),
        f'There is no model called "{wanted}". '
        + (f"There are: {names.replace('、', ', ')}" if names else "There are none yet."),
    )


def display_name(header: Header) -> str:
    """Return what people call the model: its own name, else its file's, and the quantization."""
    name = header.name or header.path.stem
    words, known = _words(name), _words(header.path.stem)
    if words & known and len(words - known) >= STRANGE_WORDS:
        # "SmolLM2-135M-Instruct", not "Smollm2 135M 8k Lc100K Mix1 Ep2"
        quantization = rf"[._-]{re.escape(header.quantization)}$" if header.quantization else "$"
        name = re.sub(quantization, "", header.path.stem, flags=re.IGNORECASE)
    if header.quantization and header.quantization.lower() not in name.lower():
        name = f"{name} · {header.quantization}"
    return name


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # ~ of nobody: a file of this very name then
        return path


def _words(name: str) -> set[str]:
    return set(re.split(r"[\W_]+", name.casefold()))


def note(model: Model) -> str:
    """Return a remark to show beside the model's name; "" for most."""
    if Path(model.path).name == starter.FILE_NAME:
        return say(
            "小さなお試し用なので、答えは簡単なものになります。",
            "A small trial model; its answers are simple.",
        )
    return ""


def _favourite(store: Store) -> Choice | None:
    models = [model for model in store.models.list() if Path(model.path).is_file()]
    chosen = store.settings.get().model_id
    models.sort(key=lambda model: (model.id != chosen, -(model.used or 0)))
    return _choice(models[0]) if models else None


def _choice(model: Model) -> Choice:
    return Choice(model.path, model.name, model.id, model.choices, model.recommended)


def _chat_model(path: Path) -> Contents:
    """Return the contents of a file that can chat: no adapter, no vision part."""
    if path.exists() and not path.is_file():  # reading a pipe would wait for its other end
        raise KotonohaError(
            "model_missing",
            f"{path.name} はファイルではありません。モデルの .gguf ファイルを選んでください。",
            f"{path.name} is not a file. Choose the .gguf file of a model.",
        )
    contents = read_contents(path)
    header = header_of(contents)
    if header.kind != "model" or header.architecture in ("", "clip"):
        raise KotonohaError(
            "model_unsupported",
            f"{path.name} は会話のモデルではありません（種類: {header.kind} {header.architecture}）。"
            "モデル本体のファイルを選んでください。",
            f"{path.name} is not a model to chat with (kind: {header.kind} {header.architecture}). "
            "Choose the file of the model itself.",
        )
    return contents
