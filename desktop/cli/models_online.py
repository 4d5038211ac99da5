"""The way to the hub for ``kotonoha models``: nothing is connected to before the person has agreed."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from desktop import network
from desktop.cli.models_output import Declined, agreed, asks_nobody
from desktop.errors import KotonohaError
from desktop.hub.hub import Hub, hub_of
from desktop.language import say
from desktop.store import Preferences


@contextmanager
def online(preferences: Preferences, options: Namespace, ja: str, en: str) -> Iterator[Hub]:
    """Give the hub to the code inside, which may connect to it; the switch of the settings stays as it is.

    Where the person is offline they are asked first; ``ja`` and ``en`` say what goes out. Raises
    ``KotonohaError("network_unasked")`` where nobody can be asked, ``Declined`` where they say no.
    """
    hub = hub_of(preferences)
    if preferences.offline and not options.online:
        host = urlsplit(hub.endpoint).netloc
        told_ja = f"いまはオフラインです。{host} に接続し、{ja}を送ります。対話や文書は送りません。"
        told_en = f"You are offline. This connects to {host} and sends {en}. No chat or document is sent. "
        if asks_nobody():
            raise KotonohaError(
                "network_unasked",
                f"{told_ja}\nまだ何も送っていません。接続してよければ --online を付けてください。",
                f"{told_en}\nNothing was sent. If it may connect, add --online.",
            )
        if not agreed(say(f"{told_ja}つなぐのは今回だけです。", f"{told_en}It is for this once only.")):
            raise Declined
    network.set_offline(False)
    try:
        yield hub
    finally:
        network.set_offline(True)
        hub.close()
