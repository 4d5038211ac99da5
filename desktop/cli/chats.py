"""``kotonoha chats``: the chats that are kept. All but ``restore`` may run while the window is open."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Generator
from contextlib import closing
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from desktop import paths
from desktop.cli import piped
from desktop.cli.interrupt import stops
from desktop.cli.output import CONTROL, Output
from desktop.cli.status_line import StatusLine
from desktop.errors import KotonohaError
from desktop.jobs import Cancel, Cancelled, result_of
from desktop.language import say, set_language
from desktop.moments import moment
from desktop.store import Chat, Results, Store
from desktop.store.instance import Instance

if TYPE_CHECKING:
    from desktop.exchange.exporting import Writer

T = TypeVar("T")

_OUT = Output("対話は無事です。", "The chats are safe.")
_SHOWN_SKIPPED = 20


def run(options: Namespace, pdf: Callable[[Cancel], Writer] | None = None) -> int:
    """Do what is asked; return the exit status. ``pdf`` gives what makes PDFs.

    1: something could not be done or read. 130: Ctrl-C stopped it; of an import, what was done stays.
    """
    cancel = Cancel()
    try:
        with stops(cancel):
            status = _act(options, cancel, pdf)
        with _OUT.told():
            sys.stdout.flush()
    except Cancelled:
        return 130
    return status


def _act(options: Namespace, cancel: Cancel, pdf: Callable[[Cancel], Writer] | None) -> int:
    if options.action == "restore":
        return _restore(options, cancel)
    with closing(Store.open(paths.database(), recover=False)) as store:
        set_language(store.settings.get().language)
        if options.action == "export":
            return _export(store, options, cancel, pdf)
        return _ACTIONS[options.action](store, options, cancel)


def _list(store: Store, options: Namespace, _: Cancel) -> int:
    folders = {folder.id: folder.name for folder in store.folders.list()}
    for chat in store.chats.list()[: options.limit]:
        if options.json:
            _OUT.tell_json(_facts(chat, folders.get(chat.folder_id or 0, "")))
        else:
            _OUT.tell(f"{chat.id:>6}  {moment(chat.updated):16}  {_title(chat.title)}")
    return 0


def _show(store: Store, options: Namespace, _: Cancel) -> int:
    chat = store.chats.get(options.id)
    branch = store.messages.path(chat.id)
    if options.json:
        for message in branch:
            _OUT.tell_json(msgspec.to_builtins(message))
        return 0
    _OUT.tell(f"# {_title(chat.title)}\n")
    for message in branch:
        who = say("あなた", "You") if message.role == "user" else message.model_name or say("モデル", "Model")
        when = moment(message.created)
        _OUT.tell(f"## {who}{f' · {when}' if when else ''}\n\n{message.text}\n")
    return 0


def _search(store: Store, options: Namespace, cancel: Cancel) -> int:
    text = piped.argument(" ".join(options.text))
    found: Results = store.search.find(text, limit=options.limit, cancel=cancel)
    if not found.complete:
        _follow(
            store.search.index_missing(cancel),
            lambda event: say(f"索引を作っています… {event.done}", f"Indexing… {event.done}"),
        )
        found = store.search.find(text, limit=options.limit, cancel=cancel)
    for chat in found.chats:
        if options.json:
            _OUT.tell_json(msgspec.to_builtins(chat))
            continue
        _OUT.tell(f"{chat.chat_id:>6}  {_title(chat.title)}")
        for hit in chat.hits:
            _OUT.tell(f"        {moment(hit.created):16}  {hit.snippet}")
    if not found.chats:
        print(say("見つかりませんでした。", "Nothing was found."), file=sys.stderr)
    return 0 if found.chats else 1


def _import(store: Store, options: Namespace, cancel: Cancel) -> int:
    from desktop.exchange.importing import import_chats

    report = _follow(
        import_chats(store, options.files, cancel),
        lambda event: (
            say(
                f"取り込み中… {_percent(event.done, event.total)}",
                f"Importing… {_percent(event.done, event.total)}",
            )
            + f" · {event.chats:,}"
        ),
    )
    if options.json:
        _OUT.tell_json(msgspec.to_builtins(report) | {"sentence": report.sentence})
    else:
        _OUT.tell(report.sentence)
        listed = [*report.skipped, *report.passed][:_SHOWN_SKIPPED]
        for each in listed:
            print(CONTROL.sub("", f"  {each.sentence}"), file=sys.stderr)
        more = report.skipped_count + report.empty + report.binned - len(listed)
        if more > 0:
            print(say(f"  ほか {more:,}件", f"  and {more:,} more"), file=sys.stderr)
    return 130 if report.cancelled else 1 if report.skipped_count or report.failed else 0


def _export(store: Store, options: Namespace, cancel: Cancel, pdf: Callable[[Cancel], Writer] | None) -> int:
    from desktop.exchange.exporting import export_chats, format_of

    format = options.format or format_of(options.to) or "markdown"
    report = _follow(
        export_chats(
            store,
            options.ids or None,
            options.to,
            format,
            cancel,
            overwrite=options.overwrite,
            pdf=pdf(cancel) if pdf is not None and format == "pdf" else None,
        ),
        lambda event: say("書き出し中…", "Exporting…") + f" {event.done:,}/{event.total:,}",
    )
    if options.json:
        files = [str(path) for path in report.files]
        _OUT.tell_json(
            {"path": str(report.path), "files": files, "chats": report.chats, "left_out": report.left_out}
        )
    else:
        _OUT.tell(report.sentence)
    return 0


def _backup(store: Store, options: Namespace, cancel: Cancel) -> int:
    from desktop.store.backups import make

    if options.to is not None and options.to.is_file() and not options.overwrite:
        raise KotonohaError(
            "backup_exists",
            f"同じ名前のファイルがあります（{options.to}）。上書きしていません。別の名前を選んでください。",
            f"There is a file of this name ({options.to}). It was not overwritten. Choose another name.",
        )
    passphrase = _passphrase(twice=True) if options.encrypt else None
    made = _follow(
        make(store.path, cancel, options.to, passphrase),
        lambda event: say("控えを作っています…", "Backing up…") + f" {_percent(event.done, event.total)}",
    )
    if options.json:
        _OUT.tell_json({"path": str(made), "size_bytes": made.stat().st_size, "sealed": options.encrypt})
    else:
        _OUT.tell(say(f"控えを作りました: {made}", f"The backup was made: {made}"))
    return 0


def _restore(options: Namespace, cancel: Cancel) -> int:
    from desktop.store.backups import is_sealed, restore

    instance = Instance(paths.home())
    if not instance.acquire():
        raise KotonohaError(
            "window_open",
            "ウィンドウが開いています。何も変えていません。言の葉を終えてから、もう一度お試しください。",
            "The window is open. Nothing was changed. Please quit Kotonoha and try again.",
        )
    try:
        passphrase = _passphrase() if is_sealed(options.file) else None
        aside: Path | None = _follow(
            restore(paths.database(), options.file, cancel, passphrase),
            lambda event: (
                say("控えを読んでいます…", "Reading the backup…") + f" {_percent(event.done, event.total)}"
            ),
        )
    finally:
        instance.release()
    if options.json:
        _OUT.tell_json({"path": str(paths.database()), "kept_aside": None if aside is None else str(aside)})
        return 0
    _OUT.tell(say("控えに戻しました。", "The backup is in place."))
    if aside is not None:
        _OUT.tell(say(f"これまでのデータは残してあります: {aside}", f"The data until now is kept: {aside}"))
    return 0


_ACTIONS: dict[str, Callable[[Store, Namespace, Cancel], int]] = {
    "list": _list,
    "show": _show,
    "search": _search,
    "import": _import,
    "backup": _backup,
}


def _follow(job: Generator[Any, None, T], told: Callable[[Any], str]) -> T:
    """Run a job to its end, with a line on the terminal that says how far it is."""
    status = StatusLine(sys.stderr)

    def events() -> Generator[None, None, T]:
        while True:
            try:
                event = next(job)
            except StopIteration as end:
                result: T = end.value
                return result
            status.show(told(event))
            yield

    try:
        return result_of(events())
    finally:
        status.clear()


def _passphrase(*, twice: bool = False) -> str:
    if sys.stdin is None or not sys.stdin.isatty():
        line = b"" if sys.stdin is None else sys.stdin.buffer.readline(4096)
        return piped.decode(line).rstrip("\n")
    passphrase = getpass(say("合言葉: ", "Passphrase: "))
    if twice and getpass(say("もう一度: ", "Once more: ")) != passphrase:
        raise KotonohaError(
            "passphrase_differs",
            "2つの合言葉が違います。何も変えていません。",
            "The two passphrases differ. Nothing was changed.",
        )
    return passphrase


def _facts(chat: Chat, folder: str) -> dict[str, Any]:
    return {
        "id": chat.id,
        "title": chat.title,
        "created": chat.created,
        "updated": chat.updated,
        "folder": folder,
        "pinned": chat.pinned is not None,
        "archived": chat.archived is not None,
        "tags": list(chat.tags),
    }


def _title(title: str) -> str:
    return title or say("無題の対話", "Untitled chat")


def _percent(done: int, total: int) -> str:
    return f"{done / max(total, 1):.0%}"
