"""``kotonoha models move`` and ``elsewhere``: where models are kept, here and by other applications."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Generator
from pathlib import Path

from desktop import paths
from desktop.cli.models_output import bar, follow, remark, size, table, tell, tell_json
from desktop.errors import KotonohaError
from desktop.jobs import Cancel
from desktop.language import say
from desktop.models import library
from desktop.models.elsewhere import Found, find
from desktop.models.moving import NotMoved
from desktop.models.moving import move as move_models
from desktop.store import Store
from desktop.store.instance import Instance


def move(store: Store, options: Namespace, cancel: Cancel) -> int:
    """Move the models to another folder, which is theirs from now on; return 1 where one stayed."""
    folder = _folder(options.folder)
    instance = Instance(paths.home())
    if not instance.acquire():
        raise KotonohaError(
            "window_open",
            "ウィンドウが開いているか、ほかで移しているところです。何も変えていません。言の葉を終えてから、もう一度お試しください。",
            "The window is open, or models are being moved already. Nothing was changed. Please quit "
            "Kotonoha and try again.",
        )
    try:
        stayed: list[NotMoved] = follow(
            move_models(
                store,
                store.models.list(),
                library.folder_of(store.settings.get()),
                folder,
                journal=paths.home() / library.JOURNAL,
                cancel=cancel,
            ),
            lambda step: bar(step.done, step.total, step.name),
            cancel,
        )
        store.settings.change(models_folder=str(folder))
    finally:
        instance.release()
    if options.json:
        tell_json(
            {
                "folder": str(folder),
                "stayed": [
                    {"name": each.name, "code": each.error.code, "sentence": str(each.error)}
                    for each in stayed
                ],
            }
        )
    else:
        tell(say(f"モデルの置き場所: {folder}", f"Models are kept in: {folder}"))
        for each in stayed:
            remark(f"  {each.name}: {each.error}")
    return 1 if stayed else 0


def elsewhere(store: Store, options: Namespace, cancel: Cancel) -> int:
    """Print, and with ``--add`` add, the models of other applications; return 1 where one is refused."""
    found = follow(
        _all(cancel), lambda each: say(f"探しています… {each.name}", f"Looking… {each.name}"), cancel
    )
    known = {os.path.realpath(model.path) for model in store.models.list()}
    status, rows = 0, [(say("アプリ", "application"), say("名前", "name"), say("大きさ", "size"), "")]
    for each in found:
        is_new, said = os.path.realpath(each.path) not in known, ""
        if options.add and is_new:
            try:
                model = library.register(store, each.path)
                store.models.tell_source(model.id, each.application)
                said = say("加えました", "added")
            except KotonohaError as error:
                status, said = 1, str(error)
        elif not is_new:
            said = say("加えてあります", "in the library")
        rows.append((each.application, each.name, size(each.size_bytes), said))
        if options.json:
            tell_json({**each._asdict(), "path": str(each.path), "known": not is_new, "note": said})
    if not found:
        remark(
            say(
                "ほかのアプリのモデルは見つかりませんでした。",
                "No models of other applications were found.",
            )
        )
    elif not options.json:
        for line in table(rows, right=frozenset({2})):
            tell(line)
        if not options.add and any(os.path.realpath(each.path) not in known for each in found):
            remark(
                say(
                    "--add を付けると、その場所のまま加えます。写しは作りません。",
                    "With --add they are added where they are, without a copy.",
                )
            )
    return status


def _all(cancel: Cancel) -> Generator[Found, None, list[Found]]:
    found = []
    for each in find(cancel):
        found.append(each)
        yield each
    return found


def _folder(given: Path) -> Path:
    try:
        folder = Path(os.path.abspath(given.expanduser()))  # noqa: PTH100 - a link keeps its name
        str(folder).encode()
        if len(str(folder)) > 4_000:  # as much as the setting takes
            raise ValueError
    except (RuntimeError, ValueError):
        raise KotonohaError(
            "folder_unusable",
            "この名前のフォルダーは使えません。モデルは元の場所にあります。",
            "A folder of this name cannot be used. The models are where they were.",
        ) from None
    return folder
