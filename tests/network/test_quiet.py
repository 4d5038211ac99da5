"""The hub's library makes no call of its own, and sends no token that lies about."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
from listening import Child, Listener

from desktop.network import quiet
from desktop.network.quiet import quiet_environment

ASKING = """
import huggingface_hub
from huggingface_hub import constants
from huggingface_hub.utils import build_hf_headers
network.install("command"); network.set_offline(False)
with network.allow(network.Purpose.SEARCH):
    try: huggingface_hub.HfApi(endpoint=f"http://{HOST}:{PORT}").model_info("kotonoha/a")
    except (AttributeError, TypeError, ValueError): pass
headers = build_hf_headers()
print("authorization" in headers, "SECRET" in str(headers))
"""
# What would make it talk: an agent that it looks for, a token, a wish to debug.
LOUD = {"HF_TOKEN": "SECRET", "HF_DEBUG": "1", "HF_HUB_ENABLE_HF_TRANSFER": "1", "AI_AGENT": "somebody"}


def test_it_asks_for_what_it_was_told_and_for_nothing_else(
    child: Child, listener: Listener, tmp_path: object
) -> None:
    cache = {"HF_HOME": str(tmp_path), "HF_ENDPOINT": f"http://{listener.host}:{listener.port}"}
    said = child("network.quiet_environment()\n" + ASKING, **LOUD, **cache)
    assert said.split() == ["False"] * 2
    assert listener.paths == ["/api/models/kotonoha/a"]
    assert listener.reached() == 1


def test_without_it_the_library_would_talk(
    child: Child, listener: Listener, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the test above forbids does happen otherwise: so it can fail."""
    for name in (*quiet._ON, *quiet._OFF):  # another test may have asked for quiet in this process
        monkeypatch.delenv(name, raising=False)
    cache = {"HF_HOME": str(tmp_path), "HF_ENDPOINT": f"http://{listener.host}:{listener.port}"}
    said = child(ASKING, **LOUD, **cache)
    assert said.split() == ["True", "True"]
    assert "/api/agent-harnesses" in listener.paths


def test_every_switch_of_it_is_one_that_the_library_has(child: Child) -> None:
    said = child(
        """
from desktop.network import quiet
network.quiet_environment()
from huggingface_hub import constants
print(constants.HF_HUB_DISABLE_TELEMETRY, constants.HF_HUB_DISABLE_UPDATE_CHECK,
    constants.HF_HUB_DISABLE_IMPLICIT_TOKEN, constants.HF_HUB_DISABLE_XET,
    constants.HF_HUB_DISABLE_PROGRESS_BARS, constants.HF_HUB_DISABLE_SYMLINKS_WARNING,
    constants.HF_HUB_DISABLE_EXPERIMENTAL_WARNING)
print(constants.HF_DEBUG, constants.HF_HUB_USER_AGENT_ORIGIN)
source = open(constants.__file__, encoding="utf-8").read()
print([name for name in (*quiet._ON, *quiet._OFF) if name not in source])
""",
        HF_DEBUG="1",
        HF_HUB_USER_AGENT_ORIGIN="here",
    )
    assert said.splitlines() == [" ".join(["True"] * 7), "False None", "[]"]


def test_too_late_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in, for the library itself would stay loud for the tests that come after."""
    monkeypatch.setitem(sys.modules, "huggingface_hub", ModuleType("huggingface_hub"))
    with pytest.raises(RuntimeError):
        quiet_environment()
