"""``kotonoha models list``, ``add``, ``verify`` and ``rm``: what the library has, and what becomes of it."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

import msgspec

from desktop.cli import piped
from desktop.cli.models_output import (
    agreed,
    asks_nobody,
    bar,
    declined,
    follow,
    remark,
    size,
    table,
    tell,
    tell_json,
)
from desktop.errors import KotonohaError
from desktop.jobs import Cancel
from desktop.language import say
from desktop.models import library, starter
from desktop.models.shelf import Added, Shelved, add_all, shelf, throw_away
from desktop.models.shelf import verify as verify_file
from desktop.moments import moment
from desktop.store import Model, Store
from desktop.store.text import fold

_MOST_TOLD = 20  # files that were not added


def list_all(store: Store, options: Namespace, _: Cancel) -> int:
    """Print the models, and how much room they take."""
    found = shelf(store, library.folder_of(store.settings.get()))
    if options.json:
        for shelved in found.models:
            tell_json(facts(shelved))
        return 0
    if not found.models:
        remark(
            say(
                "モデルはまだありません。`kotonoha models pull` で入手するか、`add` で加えてください。",
                "There are no models yet. Fetch one with `kotonoha models pull`, or `add` a file.",
            )
        )
        return 0
    rows = [(say("名前", "name"), say("大きさ", "size"), say("対話", "chats"), say("前回", "used"), "")]
    rows += [
        (
            shelved.model.name,
            size(shelved.model.size_bytes),
            str(shelved.chats),
            moment(shelved.model.used or 0) or "-",
            state_words(shelved),
        )
        for shelved in found.models
    ]
    for line in table(rows, right=frozenset({1, 2})):
        tell(line)
    if found.free_bytes is not None:
        used, free = size(found.used_bytes), size(found.free_bytes)
        tell(say(f"\n使用 {used} · 空き {free}", f"\n{used} used · {free} free"))
    return 0


def add(store: Store, options: Namespace, cancel: Cancel) -> int:
    """Add files and folders; return 1 where one is refused, or there was none."""
    refused: dict[Path, KotonohaError] = {}
    there = [path for path in map(_expanded, options.paths) if _is_reachable(path, refused)]
    added: Added = follow(
        add_all(store, there, cancel),
        lambda path: say(f"見ています… {path.name}", f"Looking… {path.name}"),
        cancel,
    )
    refused |= dict(added.refused)
    if options.json:
        tell_json(
            {
                "added": [msgspec.to_builtins(model) for model in added.models],
                "refused": [
                    {"path": str(path), "code": error.code, "sentence": str(error)}
                    for path, error in refused.items()
                ],
            }
        )
    else:
        for model in added.models:
            tell(say(f"加えました: {model.name}", f"Added: {model.name}"))
        told = [f"{path.name}: {error}" for path, error in refused.items()]
        for line in told[:_MOST_TOLD]:
            remark(f"  {line}")
        if len(told) > _MOST_TOLD:
            more = len(told) - _MOST_TOLD
            remark(say(f"  ほか {more:,}件", f"  and {more:,} more"))
    if not added.models and not refused:
        remark(say("モデルのファイルはありませんでした。", "There were no model files."))
    return 0 if added.models and not refused else 1


def verify(store: Store, options: Namespace, cancel: Cancel) -> int:
    """Read the models whole; return 1 where one differs, or cannot be read."""
    models = [named(store, name) for name in dict.fromkeys(options.names)] or store.models.list()
    status = 0
    for model in models:
        outcome, sentence = _verified(store, model, cancel)
        status = max(status, outcome in ("differs", "unreadable"))
        if options.json:
            sha256 = store.models.get(model.id).sha256
            tell_json(
                {
                    "id": model.id,
                    "name": model.name,
                    "path": model.path,
                    "outcome": outcome,
                    "sha256": sha256,
                    "sentence": sentence,
                }
            )
        else:
            tell(f"{model.name}: {sentence}")
    return status


def _verified(store: Store, model: Model, cancel: Cancel) -> tuple[str, str]:
    """Return what became of one, as a word for programs and a sentence."""
    try:
        same = follow(
            verify_file(store, model, cancel), lambda read: bar(read.done, read.total, model.name), cancel
        )
    except KotonohaError as error:
        return "unreadable", str(error)
    if not same:
        return "differs", say(
            "前に確かめたときと違います。入手し直してください。",
            "it differs from when it was read before. Please fetch it again.",
        )
    if not model.sha256:
        return "first", say(
            "最後まで読めました。次からは、今と同じかを確かめられます。",
            "it was read whole. From now on it can be told whether it is the same.",
        )
    return "same", say("問題ありません。", "it is as it was.")


def remove(store: Store, options: Namespace, _: Cancel) -> int:
    """Put a model into the bin, or only take it off the list, after a question."""
    model = named(store, options.name, exactly=options.yes)
    shelved = shelved_of(store, model)
    gone = options.keep_file or shelved.state == "gone"
    if not options.yes:
        question = _question(shelved, gone=gone)
        if asks_nobody():
            raise KotonohaError(
                "question_unasked",
                f"{question}\n何もしていません。尋ねられないときは --yes を付けてください。",
                f"{question}\nNothing was done. Where nobody can be asked, add --yes.",
            )
        if not agreed(question):
            return declined()
    if gone:
        store.models.remove(model.id)
        kept = []
    else:
        kept = throw_away(store, model)
    if Path(model.path).name == starter.FILE_NAME and not kept:
        store.settings.change(starter=False)  # else it would be put in place again at the next start
    if kept:
        names = "、".join(path.name for path in kept)
        raise KotonohaError(
            "bin_refused",
            f"ごみ箱に入れられませんでした（{names}）。ファイルはそのままです。",
            f"The bin did not take it ({names.replace('、', ', ')}). The file is as it was.",
        )
    if options.json:
        tell_json({"name": model.name, "path": model.path, "chats": shelved.chats, "in_bin": not gone})
    elif gone:
        tell(say(f"一覧から外しました: {model.name}", f"Taken off the list: {model.name}"))
    else:
        tell(say(f"ごみ箱に入れました: {model.name}", f"In the bin: {model.name}"))
    return 0


def _question(shelved: Shelved, *, gone: bool) -> str:
    model, count = shelved.model, shelved.chats
    if gone:
        text = say(f"「{model.name}」を一覧から外します。", f"“{model.name}” is taken off the list. ")
        if shelved.state != "gone":
            text += say("ファイルはそのままです。", "Its file stays. ")
    else:
        text = say(
            f"「{model.name}」のファイル（{size(model.size_bytes)}）を、このPCのごみ箱に入れます。",
            f"The file of “{model.name}” ({size(model.size_bytes)}) goes into the bin of this computer. ",
        )
        if not shelved.ours:
            text += say(
                "ほかのアプリのファイルなら、そのアプリでも使えなくなります。",
                "If it belongs to another application, that can no longer use it either. ",
            )
    if count:
        text += say(
            f"このモデルの対話{count:,}件は残り、ほかのモデルで続けられます。",
            f"{count:,} {'chat' if count == 1 else 'chats'} used it; they stay, and other models can go on.",
        )
    return text.rstrip()


def named(store: Store, wanted: str, *, exactly: bool = False) -> Model:
    """Return the model of this name or file. ``exactly``: a part of a name is not enough.

    Raises ``KotonohaError``: ``"model_unknown"``, ``"model_ambiguous"``.
    """
    wanted = piped.argument(wanted)
    known = store.models.list()
    key = fold(wanted)
    same = [model for model in known if fold(model.name) == key]
    like = [] if exactly or not key else [model for model in known if key in fold(model.name)]
    try:
        by_path = store.models.by_path(_expanded(Path(wanted))) if wanted else None
    except KotonohaError:  # no file can be called so
        by_path = None
    found = [by_path] if by_path is not None else same or like
    if len(found) == 1:
        return found[0]
    if found:
        paths = "\n".join(f"  {model.name}  {model.path}" for model in found[:_MOST_TOLD])
        raise KotonohaError(
            "model_ambiguous",
            f"「{wanted}」に合うモデルが{len(found)}つあります。名前かファイルで選んでください。\n{paths}",
            f"{len(found)} models match “{wanted}”. Choose one by its name or file.\n{paths}",
        )
    names = "、".join(model.name for model in known[:_MOST_TOLD])
    raise KotonohaError(
        "model_unknown",
        f"「{wanted}」というモデルはありません。"
        + (f"あるモデル: {names}" if names else "まだモデルがありません。"),
        f"There is no model called “{wanted}”. "
        + (f"There are: {names.replace('、', ', ')}" if names else "There are none yet."),
    )


def shelved_of(store: Store, model: Model) -> Shelved:
    """Return what is known of the model just now."""
    found = shelf(store, library.folder_of(store.settings.get()))
    return next(shelved for shelved in found.models if shelved.model.id == model.id)


def facts(shelved: Shelved) -> dict[str, Any]:
    """Return what is known of a model, for programs."""
    return {
        **msgspec.to_builtins(shelved.model),
        "chats": shelved.chats,
        "tokens_per_second": shelved.tokens_per_second,
        "state": shelved.state,
        "ours": shelved.ours,
    }


def state_words(shelved: Shelved) -> str:
    """Return what is to be said of the model's file; "" where all is well."""
    match shelved.state:
        case "gone":
            return say("ファイルが見つかりません", "its file is gone")
        case "changed":
            return say("ファイルの大きさが変わりました", "its file has another size now")
        case _:
            return ""


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # ~ of nobody: a file of this very name then
        return path


def _is_reachable(path: Path, refused: dict[Path, KotonohaError]) -> bool:
    try:
        path.is_dir()
        path.exists()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        refused[path] = KotonohaError(
            "model_unreadable", f"開けません（{reason}）。", f"It cannot be opened ({reason})."
        )
        return False
    return True
