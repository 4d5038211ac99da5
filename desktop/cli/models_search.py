"""``kotonoha models search``: what the hub has, and in which sizes it would run here."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

import msgspec

from desktop.cli import piped
from desktop.cli.models_here import fits_of, known_models, machine_or_none
from desktop.cli.models_online import online
from desktop.cli.models_output import remark, size, table, tell, tell_json, waiting
from desktop.hub.search import search as search_hub
from desktop.jobs import Cancel
from desktop.language import say
from desktop.models.catalog import Size
from desktop.models.fits import Fit
from desktop.store import Store


def search(store: Store, options: Namespace, cancel: Cancel) -> int:
    """Print the repositories that were found; return 1 where there are none."""
    words = " ".join(piped.argument(" ".join(options.words)).split())
    preferences = store.settings.get()
    with (
        online(preferences, options, f"探す言葉「{words}」", f"the words “{words}”") as hub,
        waiting(say("探しています…", "Searching…"), cancel),
    ):
        found = search_hub(
            hub,
            words,
            cancel,
            sort=options.sort,
            japanese=options.japanese,
            licence=options.licence,
            limit=options.limit,
        )
    if not found:
        remark(say("見つかりませんでした。", "Nothing was found."))
        return 1
    with waiting(say("このPCを調べています…", "Looking at this machine…"), cancel):
        here, known = machine_or_none(store, cancel), known_models()
    rows = [
        (
            say("名前", "name"),
            say("入手", "downloads"),
            say("ライセンス", "licence"),
            say("このPCで動く大きさ（見込み）", "sizes that run here (expected)"),
        )
    ]
    for each in found:
        fits = () if here is None else fits_of(each, known, here)
        if options.json:
            tell_json({**msgspec.to_builtins(each), "sizes": [_facts(*one) for one in fits]})
            continue
        licence = each.licence or "-"
        if each.gated:
            licence += say("（同意が必要）", " (gated)")
        rows.append((each.repository, f"{each.downloads:,}", licence, _sizes(fits)))
    if not options.json:
        for line in table(rows, right=frozenset({1})):
            tell(line)
    return 0


def _sizes(fits: Sequence[tuple[Size, Fit]]) -> str:
    running = [f"{size_.quantization} {size(size_.bytes)}" for size_, fit in fits if fit.verdict != "no"]
    if fits and not running:
        return say("動かない", "none")
    return say("、", ", ").join(running) or "-"


def _facts(size_: Size, fit: Fit) -> dict[str, object]:
    return {
        "quantization": size_.quantization,
        "size_bytes": size_.bytes,
        "verdict": fit.verdict,
        "sentence": fit.sentence(),
    }
