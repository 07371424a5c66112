"""Running the service: one process, loopback only, slow connections ended.

One worker: the log has one end, and everything that waits, waits in threads.
"""

import asyncio
import socket
import threading
from contextlib import suppress
from typing import Any, Final

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from ledger.errors import StoreUnavailableError, UsageError
from ledger.remote import wire
from ledger.remote.errors import BadRequestError
from ledger.service.app import make_app
from ledger.service.bodies import Pace
from ledger.service.problems import problem
from ledger.service.served import ServedLog

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
MOST_CONNECTIONS: Final = 200
MOST_HEADERS: Final = 32 << 10
HEADER_SECONDS: Final = 10.0
KEEP_ALIVE_SECONDS: Final = 30


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 of uvicorn, with a time limit on headers and problem documents."""

    seconds = HEADER_SECONDS
    _awaiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401  # asyncio's
        """Start waiting for a request."""
        super().connection_made(transport)
        self._await_headers()

    def data_received(self, data: bytes) -> None:
        """Take bytes in; wait on if they do not make a request yet."""
        super().data_received(data)
        if self._answering():
            self._stop_waiting()
        else:
            self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP with a problem document, and hang up."""
        told = problem(
            BadRequestError(
                "an HTTP/1.1 request",
                met="other bytes",
                advice="Speak HTTP to this address.",
            )
        )
        headers = [
            (b"content-type", wire.PROBLEM.encode()),
            (b"content-length", b"%d" % len(told.body)),
            (b"connection", b"close"),
        ]
        event = h11.Response(status_code=told.status, headers=headers)
        # The other side may be in a state in which nothing can be said any more.
        with suppress(h11.LocalProtocolError):
            self.transport.write(self.conn.send(event) or b"")
            self.transport.write(self.conn.send(h11.Data(data=told.body)) or b"")
            self.transport.write(self.conn.send(h11.EndOfMessage()) or b"")
        self.transport.close()

    def _await_headers(self) -> None:
        if self._awaiting is None and not self.transport.is_closing():
            self._awaiting = self.loop.call_later(self.seconds, self._hang_up)

    def _stop_waiting(self) -> None:
        if self._awaiting is not None:
            self._awaiting.cancel()
            self._awaiting = None

    def _hang_up(self) -> None:
        self._awaiting = None
        if not self._answering():
            self.transport.close()

    def _answering(self) -> bool:
        # uvicorn types it as always there; it is None before the first request.
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete


def check_host(host: str) -> None:
    """Refuse to listen where others can reach the service.

    Raises:
        UsageError: another address than this machine's own.
    """
    if host not in LOOPBACK:
        raise UsageError(
            "a loopback address: 127.0.0.1, ::1 or localhost",
            met=repr(host),
            advice="There are no accounts yet, so the service answers this machine "
            "only; bring others in through a tunnel (ssh -L) that knows them.",
            where="--host",
        )


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes a free one.

    Raises:
        UsageError: not a loopback address.
        StoreUnavailableError: the port is taken.
    """
    check_host(host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # By its number: only then asyncio sends small answers at once (TCP_NODELAY).
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(128)
    except OSError as error:
        found.close()
        raise StoreUnavailableError(
            f"port {port} to be free",
            met=error.strerror or "another error",
            advice="End what listens there, or name another --port.",
        ) from error
    return found


class Service:
    """A service on a socket; run in this thread, or beside it."""

    def __init__(
        self, served: ServedLog, listening: socket.socket, pace: Pace | None = None
    ) -> None:
        """Get ready; nothing is answered yet."""
        self._socket = listening
        self.port = int(listening.getsockname()[1])
        self._server = uvicorn.Server(
            uvicorn.Config(
                make_app(served, self.port, pace),
                http=BoundedProtocol,
                ws="none",
                lifespan="off",
                workers=1,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=MOST_CONNECTIONS,
                h11_max_incomplete_event_size=MOST_HEADERS,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=10,
            )
        )
        self._thread: threading.Thread | None = None

    def run(self) -> None:
        """Serve until a signal ends it."""
        self._server.run(sockets=[self._socket])

    def start(self) -> None:
        """Serve in a thread of its own; the socket takes requests from now on."""
        self._thread = threading.Thread(target=self.run, name="jangbu-service")
        self._thread.start()

    def stop(self) -> None:
        """End what `start` began, and wait for it."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()
        self._socket.close()
