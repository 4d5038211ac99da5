"""A listener that counts who reaches it."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Callable

Child = Callable[..., str]  # runs lines of Python in a child, returns what it prints


class Listener:
    """HTTP and UDP on one address. ``paths`` has what was asked for."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        listener = self
        self.paths: list[str] = []
        self._connections = 0

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = (
                256  # where it is full, the system drops whom it told that they are connected
            )

            def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
                accepted = super().get_request()
                listener._connections += 1
                return accepted

            def handle_error(self, *_: object) -> None:
                """A client that hangs up is part of the tests."""

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                listener.paths.append(self.path)
                body = "ことのは".encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.do_GET()

            def log_message(self, *_: object) -> None:
                pass

        self._http = Server((host, 0), Handler)
        self.host, self.port = self._http.server_address[:2]
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind((host, self.port))
        self._udp.setblocking(False)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def reached(self) -> int:
        """Return how many connections and datagrams came until now."""
        self._wait_for_backlog()
        datagrams = 0
        while True:
            try:
                self._udp.recv(100)
            except BlockingIOError:
                return self._connections + datagrams
            datagrams += 1

    def close_now(self) -> None:
        """Listen no longer; what comes is refused by the system."""
        self._http.socket.close()

    def close(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
        self._udp.close()

    def _wait_for_backlog(self) -> None:
        """Come last in the queue of connections, so that those before are counted; then take this one off."""
        with socket.create_connection((self.host, self.port), timeout=30) as mine:
            mine.sendall(b"GET /last HTTP/1.0\r\n\r\n")
            while mine.recv(1000):
                pass
        self._connections -= 1
        self.paths.remove("/last")
