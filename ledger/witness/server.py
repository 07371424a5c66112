"""The witness over HTTP (C2SP tlog-witness), on the standard library's server.

    POST /add-checkpoint               cosigns, or says why not
    GET  /<origin hash>/checkpoint     the newest cosigned checkpoint of a log

Everything is bounded: body, headers, connections at once, and how long one may last,
so that whoever is slow keeps nobody else waiting.
"""

import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from ledger.errors import StoreError
from ledger.log.witness_request import MAX_REQUEST
from ledger.witness.judging import TEXT, Answer
from ledger.witness.witness import Witness

MOST_CONNECTIONS: Final = 64
IDLE_S: Final = 10.0
LONGEST_S: Final = 60.0

_CHECKPOINT: Final = re.compile(r"/([0-9a-f]{64})/checkpoint")
_LENGTH: Final = re.compile(r"0|[1-9][0-9]{0,9}")


class WitnessServer(ThreadingHTTPServer):
    """Serves one witness until it is shut down."""

    daemon_threads = True
    # Ended by their own deadlines; waiting for them would let one delay the end.
    block_on_close = False

    def __init__(self, witness: Witness, address: tuple[str, int]) -> None:
        self.witness = witness
        self._places = threading.BoundedSemaphore(MOST_CONNECTIONS)
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)

    @property
    def url(self) -> str:
        """Where it can be asked."""
        host, port = self.server_address[:2]
        shown = host.decode() if isinstance(host, bytes) else str(host)
        return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Take a connection, if there is a place for it."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Serve one connection, and end it at its deadline."""
        deadline = threading.Timer(LONGEST_S, _hang_up, (request,))
        deadline.daemon = True
        deadline.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            deadline.cancel()
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Say nothing of a connection that broke: whose it was is nobody's business."""


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    protocol_version = "HTTP/1.1"
    server_version = "jangbu-witness"
    sys_version = ""
    timeout = IDLE_S

    def do_POST(self) -> None:
        if self.path != "/add-checkpoint":
            self._send(_not_found())
            return
        length = self.headers.get("Content-Length")
        if "Transfer-Encoding" in self.headers or not length:
            self._refuse(411, "a Content-Length is needed")
        elif not _LENGTH.fullmatch(length):
            self._refuse(400, "no length")
        elif int(length) > MAX_REQUEST:
            self._refuse(413, f"at most {MAX_REQUEST} bytes")
        else:
            self._add_checkpoint(int(length))

    def do_GET(self) -> None:
        named = _CHECKPOINT.fullmatch(self.path)
        try:
            note = self.server.witness.newest(named[1]) if named else None
        except StoreError:
            self._send(Answer(503, "the witness's memory is out of reach\n"))
            return
        self._send(_not_found() if note is None else Answer(200, note.decode()))

    def _add_checkpoint(self, length: int) -> None:
        body = self.rfile.read(length)
        if len(body) != length:
            self.close_connection = True
            return
        try:
            answer = self.server.witness.add_checkpoint(body)
        except StoreError:
            answer = Answer(503, "the witness's memory is out of reach\n")
        self._send(answer)

    def _refuse(self, status: int, why: str) -> None:
        # What follows on this connection is a body that nobody reads.
        self.close_connection = True
        self._send(Answer(status, f"{why}\n"))

    def _send(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep no list of who asked what."""


def _not_found() -> Answer:
    return Answer(404, "nothing here\n", TEXT)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is gone already
