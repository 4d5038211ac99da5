"""Qt's own network, which no audit hook of Python sees, refused by Qt itself. Local sockets are used."""

from __future__ import annotations

from PySide6.QtNetwork import QNetworkProxy


def refuse_network() -> None:
    """Let Qt's TCP, UDP, TLS and HTTP reach nothing but this machine, without a packet or a look-up.

    A proxy that can carry neither TCP nor UDP is the application's, so Qt finds no way. It asks no proxy for
    loopback, nor for ``QHostInfo``; neither is used, which a test looks after. Local sockets need none.
    """
    QNetworkProxy.setApplicationProxy(QNetworkProxy(QNetworkProxy.ProxyType.FtpCachingProxy))
