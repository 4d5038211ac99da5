"""``kotonoha models pull``: one model from the hub into the library, by the same queue as the window."""

from __future__ import annotations

import re
import sys
import time
import unicodedata
from argparse import Namespace
from pathlib import Path
from typing import NamedTuple

import msgspec

from desktop.cli import piped
from desktop.cli.interrupt import stops
from desktop.cli.models_here import choose, known_models, machine_or_none
from desktop.cli.models_online import online
from desktop.cli.models_output import (
    bar,
    columns,
    duration,
    fitted,
    remark,
    size,
    tell,
    tell_json,
    waiting,
)
from desktop.cli.status_line import StatusLine
from desktop.errors import KotonohaError
from desktop.hub import names
from desktop.hub.hub import Hub
from desktop.hub.queue import Item, Queue
from desktop.hub.repository import Repository, Variant, look
from desktop.hub.speed import Throttle
from desktop.jobs import Cancel, Cancelled
from desktop.language import say
from desktop.models import library
from desktop.store import Download, Model, Store

_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/", re.IGNORECASE)
_TREE = re.compile(r"/(?:tree|blob|resolve)/main(?:/(.+))?\Z")
_LONGEST = 600  # characters of what is to be fetched
_MOST_LISTED = 40
_SECONDS = 0.5  # between two lines of JSON that say no more than how far it is


class Wanted(NamedTuple):
    """What was asked for; ``quantization`` may also be a file's name, and is "" where nothing was said."""

    repository: str
    quantization: str


def wanted(text: str) -> Wanted:
    """Read ``OWNER/NAME[:QUANT]``, or the address of its page. Raises ``repository_unusable``."""
    text = unicodedata.normalize("NFKC", piped.argument(text)[:_LONGEST]).strip()
    rest = _ADDRESS.sub("", text, count=1) if _ADDRESS.match(text) else text
    rest = rest.partition("?")[0] if rest != text else rest
    repository, _, quantization = rest.partition(":")
    if rest != text and (tree := _TREE.search(repository)):
        repository = repository[: tree.start()]
        quantization = quantization or (tree[1] or "")
    repository = repository.rstrip("/") if rest != text else repository
    if not names.is_repository(repository):
        raise KotonohaError(
            "repository_unusable",
            f"「{text[:100]}」は配布サイトのモデルの名前ではありません。「作者/モデル名」か「作者/モデル名:Q4_K_M」の形で"
            "書いてください。`kotonoha models search 言葉` で探せます。",
            f"“{text[:100]}” is not the name of a model at the hub. Write OWNER/NAME or OWNER/NAME:Q4_K_M; "
            "`kotonoha models search WORDS` finds them.",
        )
    return Wanted(repository, quantization.strip())


def pull(store: Store, options: Namespace, cancel: Cancel) -> int:
    """Fetch the model and keep it in the library. 130: paused by Ctrl-C; the same command goes on."""
    asked = wanted(options.repository)
    preferences = store.settings.get()
    name_ja, name_en = f"モデルの名前（{asked.repository}）", f"the model's name ({asked.repository})"
    with online(preferences, options, name_ja, name_en) as hub:
        with waiting(say("配布サイトに尋ねています…", "Asking the hub…"), cancel):
            variant = _chosen(store, look(hub, asked.repository, cancel), asked, cancel)
        model = _fetched(store, hub, asked, variant, cancel, json=options.json)
    if options.json:
        tell_json({"state": "done", "model": msgspec.to_builtins(model)})
    else:
        tell(say(f"入手しました: {model.name}", f"Fetched: {model.name}"))
        tell(f"  {model.path}")
        remark(f'  kotonoha ask --model "{model.name}"')
    return 0


def _chosen(store: Store, found: Repository, asked: Wanted, cancel: Cancel) -> Variant:
    """Return what to fetch. Raises ``KotonohaError`` where that is nothing, or not one thing."""
    if not asked.quantization:
        here, known = machine_or_none(store, cancel), known_models()
        matching, fit = choose(found, known, here)
        if len(matching) == 1:
            why = "" if fit is None else f" · {fit.sentence()}"
            remark(f"{_label(matching[0])} · {size(matching[0].size_bytes)}{why}")
    else:
        matching = _matching(found, asked.quantization)
        if not matching:
            raise KotonohaError(
                "quantization_unknown",
                f"{asked.repository} に「{asked.quantization}」はありません。あるもの:\n"
                f"{_listed(found.variants)}",
                f"{asked.repository} has no “{asked.quantization}”. It has:\n{_listed(found.variants)}",
            )
    if len(matching) > 1:
        raise KotonohaError(
            "quantization_ambiguous",
            f"{asked.repository} に合うものが{len(matching)}つあります。「:」のあとの名前で選んでください。\n"
            f"{_listed(matching)}",
            f"{len(matching)} in {asked.repository} match. Choose one by its name behind the colon.\n"
            f"{_listed(matching)}",
        )
    (variant,) = matching
    if not variant.is_whole:
        raise KotonohaError(
            "hub_file_missing",
            f"配布サイトに {variant.name} の一部がないため、入手できません。別のものを選んでください。",
            f"Parts of {variant.name} are missing at the hub, so it cannot be fetched. Choose another one.",
        )
    return variant


def _matching(found: Repository, name: str) -> list[Variant]:
    key = name.casefold()
    by_file = [
        each
        for each in found.variants
        if key
        in {
            each.name.casefold(),
            each.name.casefold() + ".gguf",
            *(file.path.casefold() for file in each.files),
        }
    ]
    return by_file or [each for each in found.variants if each.quantization.name.casefold() == key]


def _listed(variants: tuple[Variant, ...] | list[Variant]) -> str:
    lines = [
        f"  {_label(each)}  {size(each.size_bytes)}  {each.files[0].path}" for each in variants[:_MOST_LISTED]
    ]
    if len(variants) > _MOST_LISTED:
        lines.append(
            say(f"  ほか {len(variants) - _MOST_LISTED}", f"  and {len(variants) - _MOST_LISTED} more")
        )
    return "\n".join(lines) or say("  （ありません）", "  (nothing)")


def _label(variant: Variant) -> str:
    return variant.quantization.name or variant.name


def _fetched(store: Store, hub: Hub, asked: Wanted, variant: Variant, cancel: Cancel, *, json: bool) -> Model:
    """Fetch the files and return the model in the library. Raises ``Cancelled``, paused then."""
    preferences = store.settings.get()
    folder = library.folder_of(preferences)
    throttle = Throttle(preferences.download_limit)
    queue = Queue(store, lambda: hub, folder, at_once=1, throttle=throttle)
    download = queue.add(asked.repository, _label(variant), variant.files)
    shown = _Shown(_label(variant), json=json)
    try:
        with stops(cancel):
            for item in queue.run(cancel, stay=False, only=(download.id,)):
                if item.id == download.id:
                    shown.show(item)
    except (Cancelled, KeyboardInterrupt):
        _pause(queue, download, shown)
        raise Cancelled from None
    finally:
        shown.status.clear()
    done = store.downloads.get(download.id)
    if done.state == "failed":
        raise KotonohaError(done.error_code, done.error_ja, done.error_en)
    if done.state != "done":
        raise KotonohaError(
            "download_paused",
            "ほかのところで一時停止されました。ここまでの分は残っています。同じコマンドで続きから始められます。",
            "It was paused elsewhere. What has come stays, and the same command goes on.",
        )
    return _kept(store, queue, done)


def _pause(queue: Queue, download: Download, shown: _Shown) -> None:
    queue.pause(download.id)
    shown.status.clear()
    item = next((each for each in queue.items() if each.id == download.id), None)
    if item is None:
        return
    if shown.json:
        shown.show(item)
    remark(
        say(
            f"一時停止しました（{size(item.done)} / {size(item.total)}）。ここまでの分は残っています。"
            "同じコマンドで続きから始められます。",
            f"Paused ({size(item.done)} of {size(item.total)}). What has come stays; the same "
            "command goes on.",
        )
    )


def _kept(store: Store, queue: Queue, download: Download) -> Model:
    """Put the finished files into the library, and the download off the list."""
    folder = Path(download.folder)
    places = [names.place(folder, download.repository, file.path) for file in download.files]
    queue.remove(download.id)
    model = library.register(store, places[0])
    store.models.tell_source(model.id, download.repository)
    if len(download.files) == 1 and download.files[0].sha256:
        store.models.keep_hash(model.id, download.files[0].sha256)
    return store.models.get(model.id)


class _Shown:
    """How far it is: a bar on a terminal, or lines of JSON."""

    def __init__(self, label: str, *, json: bool) -> None:
        self.json = json
        self.status = StatusLine(None if json else sys.stderr)
        self._label = label
        self._said: tuple[str, str] = ("", "")
        self._when = 0.0

    def show(self, item: Item) -> None:
        """Tell it, unless nothing but the number of bytes is new since a moment ago."""
        if not self.json:
            self.status.show(fitted(self._line(item), columns()))
            return
        said, now = (item.state, item.note), time.monotonic()
        if item.state == "done" or (said == self._said and now - self._when < _SECONDS):
            return
        self._said, self._when = said, now
        tell_json(
            {
                "state": item.state,
                "done": item.done,
                "total": item.total,
                "speed": item.speed,
                "seconds_left": item.seconds_left,
                "note": item.note,
            }
        )

    def _line(self, item: Item) -> str:
        words = [self._label, f"{size(item.done)} / {size(item.total)}"]
        if item.note:
            words.append(item.note)
        elif item.state == "checking":
            words.append(say("確かめています…", "Checking…"))
        elif item.state == "running" and item.speed > 0:
            words.append(f"{size(int(item.speed))}/s")
            if item.seconds_left is not None:
                left = duration(item.seconds_left)
                words.append(say(f"あと{left}", f"{left} left"))
        return bar(item.done, item.total, "  ".join(words))
