"""``kotonoha models info``: what a model's file says, its licence, and whether it runs here."""

from __future__ import annotations

from argparse import Namespace
from contextlib import suppress
from pathlib import Path
from typing import Any

from desktop.cli import piped
from desktop.cli.models_here import machine, verdict_words
from desktop.cli.models_library import facts, named, shelved_of, state_words
from desktop.cli.models_output import remark, size, table, tell, tell_json, waiting
from desktop.engine.thinking import style_of
from desktop.errors import KotonohaError
from desktop.gguf.check import loadable
from desktop.jobs import Cancel
from desktop.language import say
from desktop.models.fits import Fit, fit_file
from desktop.models.gguf import Header, header_of, read_contents
from desktop.models.library import display_name
from desktop.models.shelf import Shelved
from desktop.moments import moment
from desktop.store import Store


def info(store: Store, options: Namespace, cancel: Cancel) -> int:
    """Tell about one model; return 1 where its file cannot be used."""
    shelved, path = _meant(store, options.name)
    try:
        contents = read_contents(path)
    except KotonohaError as error:
        if shelved is None:
            raise
        _tell(options, shelved, path, problem=str(error))
        return 1
    header = header_of(contents)
    template = contents.text("tokenizer.chat_template")
    extra = {
        "licence": contents.text("general.license"),
        "licence_name": contents.text("general.license.name"),
        "licence_address": contents.text("general.license.link"),
        "thinks": style_of(template) is not None,
    }
    fit, problem = None, ""
    try:
        loadable(path)
        with waiting(say("このPCを調べています…", "Looking at this machine…"), cancel):
            fit = fit_file(contents, machine(store, cancel), thinks=bool(extra["thinks"]))
    except KotonohaError as error:
        problem = str(error)
    _tell(options, shelved, path, (header, extra), fit=fit, problem=problem)
    return 1 if problem else 0


def _meant(store: Store, wanted: str) -> tuple[Shelved | None, Path]:
    """Return the model of the library and its file, or a file outside. Raises like ``named``."""
    try:
        model = named(store, wanted)
    except KotonohaError as error:
        path = Path(piped.argument(wanted))
        with suppress(RuntimeError):
            path = path.expanduser()
        if error.code == "model_unknown" and (path.suffix.lower() == ".gguf" or path.is_file()):
            return None, path.absolute()
        raise
    return shelved_of(store, model), Path(model.path)


def _tell(
    options: Namespace,
    shelved: Shelved | None,
    path: Path,
    read: tuple[Header, dict[str, Any]] | None = None,
    *,
    fit: Fit | None = None,
    problem: str = "",
) -> None:
    if options.json:
        tell_json(_json(shelved, path, read, fit, problem))
        return
    rows: list[tuple[str, str]] = []
    if shelved is not None:
        rows.append((say("名前", "name"), shelved.model.name))
    if read is not None:
        rows += _header_rows(*read, named=shelved is not None)
    if shelved is not None:
        rows += _library_rows(shelved)
    rows.append((say("場所", "file"), str(path)))
    if fit is not None:
        rows.append((say("このPC", "here"), f"{verdict_words(fit.verdict)} · {fit.sentence()}"))
    for line in table(rows):
        tell(line)
    if problem:
        remark(problem)


def _header_rows(header: Header, extra: dict[str, Any], *, named: bool) -> list[tuple[str, str]]:
    yes, no = say("あり", "yes"), say("なし", "no")
    licence = " · ".join(filter(None, (extra["licence"], extra["licence_name"], extra["licence_address"])))
    rows = [] if named else [(say("名前", "name"), display_name(header))]
    return [
        *rows,
        (say("種類", "kind"), f"{header.kind} · {header.architecture}"),
        (say("重みの数", "parameters"), f"{header.parameters:,}"),
        (say("量子化", "quantization"), header.quantization or "-"),
        (say("大きさ", "size"), size(header.size_bytes)),
        (
            say("コンテキスト", "context"),
            say(f"{header.trained_context_length:,}トークン", f"{header.trained_context_length:,} tokens")
            if header.trained_context_length
            else "-",
        ),
        (say("テンプレート", "chat template"), yes if header.has_chat_template else no),
        (say("考える", "thinks"), yes if extra["thinks"] else no),
        (say("ライセンス", "licence"), licence or say("ファイルに書かれていません", "the file does not say")),
    ]


def _library_rows(shelved: Shelved) -> list[tuple[str, str]]:
    model = shelved.model
    rows = [
        (say("入手先", "from"), model.source),
        (say("対話", "chats"), str(shelved.chats)),
        (say("前回", "used"), moment(model.used or 0)),
        (
            say("実測", "speed"),
            say(
                f"1秒に{shelved.tokens_per_second:.1f}トークン",
                f"{shelved.tokens_per_second:.1f} tokens a second",
            )
            if shelved.tokens_per_second
            else "",
        ),
        ("SHA-256", model.sha256),
        (say("確かめた日", "verified"), moment(model.verified or 0)),
        (say("メモ", "note"), model.note),
        (say("状態", "state"), state_words(shelved)),
    ]
    return [row for row in rows if row[1]]


def _json(
    shelved: Shelved | None,
    path: Path,
    read: tuple[Header, dict[str, Any]] | None,
    fit: Fit | None,
    problem: str,
) -> dict[str, Any]:
    told: dict[str, Any] = {} if shelved is None else facts(shelved)
    if read is not None:
        header, extra = read
        told |= {
            "name": told.get("name") or display_name(header),
            "kind": header.kind,
            "architecture": header.architecture,
            "parameters": header.parameters,
            "quantization": header.quantization,
            "size_bytes": header.size_bytes,
            "trained_context_length": header.trained_context_length,
            "has_chat_template": header.has_chat_template,
            **extra,
        }
    told["path"] = str(path)
    told["problem"] = problem
    told["fit"] = None if fit is None else _fit(fit)
    return told


def _fit(fit: Fit) -> dict[str, Any]:
    return {
        "verdict": fit.verdict,
        "reason": fit.reason,
        "sentence": fit.sentence(),
        "memory_bytes": fit.plan.memory.total,
        "machine_bytes": fit.total_bytes,
        "context_length": fit.plan.context_length,
        "gpu_layers": fit.plan.gpu_layers,
        "tokens_per_second": None if fit.speed is None else fit.speed._asdict(),
    }
