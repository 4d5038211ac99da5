"""English is whole: every word of the window is in the .ts file, translated, and compiled."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from desktop import paths

ROOT = Path(__file__).resolve().parents[2]
TS = paths.RESOURCES / "i18n" / "kotonoha_en.ts"


def tool(name):
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    assert found, f"{name} comes with PySide6-Essentials"
    return found


def messages(path):
    for context in ET.parse(path).iter("context"):
        for message in context.iter("message"):
            yield context.findtext("name"), message


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """The .ts file as lupdate would write it from today's source."""
    copy = tmp_path_factory.mktemp("i18n") / "kotonoha_en.ts"
    shutil.copy(TS, copy)
    files = sorted(str(path) for path in (ROOT / "desktop" / "ui").rglob("*.py"))
    options = ["-silent", "-no-obsolete", "-locations", "none", "-source-language", "ja_JP"]
    subprocess.run([tool("pyside6-lupdate"), *options, *files, "-ts", str(copy)], check=True)
    return copy


def test_every_word_of_the_window_is_there_and_no_other(fresh):
    wanted = {(context, message.findtext("source")) for context, message in messages(fresh)}
    there = {(context, message.findtext("source")) for context, message in messages(TS)}
    assert there == wanted
    assert len(there) > 100


def test_nothing_is_unfinished(fresh):
    for _, message in messages(fresh):
        translation = message.find("translation")
        assert translation is not None
        assert translation.get("type") is None, message.findtext("source")
        forms = [form.text for form in translation.iter("numerusform")] or [translation.text]
        assert all(forms), message.findtext("source")


def test_places_for_values_are_the_same_in_both_languages():
    for _, message in messages(TS):
        source = message.findtext("source") or ""
        translation = message.find("translation")
        assert translation is not None
        names = lambda text: {name.split(":")[0] for name in re.findall(r"\{(.*?)\}", text)}  # noqa: E731
        assert names(source) == names("".join(translation.itertext())), source


def test_the_compiled_file_is_up_to_date(tmp_path):
    compiled = tmp_path / "kotonoha_en.qm"
    subprocess.run([tool("pyside6-lrelease"), "-silent", str(TS), "-qm", str(compiled)], check=True)
    assert compiled.read_bytes() == TS.with_suffix(".qm").read_bytes()
