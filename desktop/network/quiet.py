"""What keeps huggingface_hub from calling by itself. Its variables are read when it is imported."""

from __future__ import annotations

import os
import sys

# huggingface_hub 2.4: constants.py
_ON = (
    "HF_HUB_DISABLE_TELEMETRY",  # and with it the list of agents that it fetches once a day
    "DO_NOT_TRACK",
    "HF_HUB_DISABLE_UPDATE_CHECK",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN",  # a token that lies about is not sent unless it is given
    "HF_HUB_DISABLE_XET",  # native code, which the switch cannot see
    "HF_HUB_DISABLE_SYMLINKS_WARNING",
    "HF_HUB_DISABLE_EXPERIMENTAL_WARNING",
    "HF_HUB_DISABLE_PROGRESS_BARS",
)
_OFF = (
    "HF_DEBUG",  # logs whole requests
    "HF_HUB_ENABLE_HF_TRANSFER",  # warns
    "HF_HUB_USER_AGENT_ORIGIN",  # is sent along
)


def quiet_environment() -> None:
    """Switch off every call that huggingface_hub makes by itself; call it before its import.

    Whether there is a network at all is not said here but asked of the switch, at every socket.
    """
    if "huggingface_hub" in sys.modules:
        raise RuntimeError("huggingface_hub was imported before it was told to be quiet")
    os.environ.update(dict.fromkeys(_ON, "1"))
    for name in _OFF:
        os.environ.pop(name, None)
