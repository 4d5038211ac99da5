"""``kotonoha models``: models of this machine and of the hub. All but ``move`` may run beside the window."""

from __future__ import annotations

import sys
from argparse import Namespace
from contextlib import closing
from importlib import import_module

from desktop import paths
from desktop.cli.models_output import Declined, declined, told
from desktop.errors import KotonohaError
from desktop.jobs import Cancel, Cancelled
from desktop.language import set_language
from desktop.store import Store

# Each is a function of the store, the options and a cancel, which returns the exit status.
_ACTIONS = {
    "list": ("models_library", "list_all"),
    "add": ("models_library", "add"),
    "verify": ("models_library", "verify"),
    "rm": ("models_library", "remove"),
    "move": ("models_places", "move"),
    "elsewhere": ("models_places", "elsewhere"),
    "info": ("models_info", "info"),
    "search": ("models_search", "search"),
    "pull": ("models_pull", "pull"),
}


def run(options: Namespace) -> int:
    """Do what is asked; return the exit status.

    1: something could not be done, or is not as it was. 130: Ctrl-C stopped it; what was done stays.
    """
    module, name = _ACTIONS[options.action]
    action = getattr(import_module(f"desktop.cli.{module}"), name)
    try:
        with closing(Store.open(paths.database(), recover=False)) as store:
            set_language(store.settings.get().language)
            status: int = action(store, options, Cancel())
        with told():
            sys.stdout.flush()
    except Declined:
        return declined()
    except Cancelled:
        return 130
    except BrokenPipeError:  # who reads has left: the entry knows
        raise
    except OSError as error:
        if isinstance(error, KotonohaError):
            raise
        reason = error.strerror or str(error)
        raise KotonohaError(
            "models_unreachable",
            f"ファイルを扱えませんでした（{reason}）。名前と、ドライブの接続を確かめてください。",
            f"A file could not be handled ({reason}). Check its name, and that its drive is connected.",
        ) from error
    return status
