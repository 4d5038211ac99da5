"""The one switch between this process and the network, and the ledger of what passed it.

``allow(Purpose.SEARCH)`` opens the switch for one piece of work; ``set_offline`` is the person's setting.
Beside it stand the wall that the system itself keeps (``wall.py``), and what keeps the hub's library quiet
(``quiet.py``). Knows no Qt, and no library of HTTP but in ``transport.py``, which only the package that owns
the hub imports.
"""

from desktop.network.permit import Purpose
from desktop.network.quiet import quiet_environment
from desktop.network.refusal import OfflineError, refusal_in
from desktop.network.switch import allow, install, is_offline, lock, set_offline, status

__all__ = [
    "OfflineError",
    "Purpose",
    "allow",
    "install",
    "is_offline",
    "lock",
    "quiet_environment",
    "refusal_in",
    "set_offline",
    "status",
]
