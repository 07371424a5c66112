"""A log of short entries that signs whatever it is told, and servers on loopback."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.note import Verifier, parse_note
from ledger.log.proof import consistency_proof
from ledger.log.tree import leaf_hash, root_of
from ledger.log.witness_request import AddCheckpoint
from ledger.witness.server import WitnessServer
from ledger.witness.witness import Witness
from tests.simulators.ledger_studio import SettableClock

ORIGIN = "jangbu.invalid/0123456789abcdef"
NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def key_of(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b"."))


@dataclass
class ShortLog:
    """Entries `0`, `1`, …, of which any may be rewritten."""

    entries: list[bytes] = field(default_factory=list)
    origin: str = ORIGIN
    key: Ed25519PrivateKey = field(default_factory=lambda: key_of("log"))

    @classmethod
    def of(cls, size: int) -> "ShortLog":
        return cls([b"%d" % index for index in range(size)])

    def rewritten(self, index: int) -> "ShortLog":
        """The same log with another entry at an index: what a forger signs."""
        entries = list(self.entries)
        entries[index] = b"rewritten"
        return ShortLog(entries, self.origin, self.key)

    @property
    def vkey(self) -> str:
        return Verifier.of(self.origin, self.key).to_vkey()

    def leaves(self, size: int) -> list[bytes]:
        return [leaf_hash(entry) for entry in self.entries[:size]]

    def note(self, size: int) -> bytes:
        root = root_of(self.leaves(size))
        point = Checkpoint(origin=self.origin, size=size, root=root)
        return sign_checkpoint(point, self.key)

    def prove(self, old: int, size: int) -> tuple[bytes, ...]:
        return consistency_proof(self.leaves(size), old, size)

    def request(
        self, old: int, size: int, proof: tuple[bytes, ...] | None = None
    ) -> bytes:
        return AddCheckpoint(
            old=old,
            proof=self.prove(old, size) if proof is None else proof,
            note=parse_note(self.note(size)),
        ).to_bytes()


def make_witness(
    folder: Path, log: ShortLog, name: str = "witness.example/w1"
) -> Witness:
    witness = Witness.create(folder, name, SettableClock(NOW))
    witness.add_log(log.vkey)
    return witness


@contextmanager
def serving(witness: Witness) -> Iterator[str]:
    """The witness on a free port of loopback; its address."""
    with WitnessServer(witness, ("127.0.0.1", 0)) as server, _running(server):
        yield server.url


@contextmanager
def answering(
    reply: Callable[[BaseHTTPRequestHandler, bytes], None],
) -> Iterator[str]:
    """A server that answers every request as it is told; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            reply(self, self.rfile.read(int(self.headers["Content-Length"])))

        def do_GET(self) -> None:
            reply(self, b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, _running(server):
        server.daemon_threads = True
        server.block_on_close = False
        yield f"http://127.0.0.1:{server.server_port}"


def send(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    kind: str = "text/plain",
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def _running(server: ThreadingHTTPServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(60)
        assert not thread.is_alive()
