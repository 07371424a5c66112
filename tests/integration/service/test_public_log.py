"""What everybody may read of a served log, and what a client makes of it."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from ledger.errors import (
    CheckpointError,
    ConsistencyError,
    ForeignLogError,
    InclusionError,
    JangbuError,
    LogError,
    RollbackError,
    StoreUnavailableError,
)
from ledger.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from ledger.log.entry_bundle import split_entries
from ledger.log.note import Verifier
from ledger.log.proof import verify_consistency, verify_inclusion
from ledger.log.tiles import ENTRIES, Tile, split_hashes, tiles_of
from ledger.log.tree import leaf_hash, root_of
from ledger.ports import Receipt
from ledger.remote.errors import UntrustedAnswerError
from ledger.remote.port import RemotePort
from tests.simulators.ledger_studio import LedgerStudio
from tests.simulators.raw_http import request
from tests.simulators.served_studio import ServedStudio

MANY = 530
"""Entries: two full tiles, and one that is not."""


@pytest.fixture
def long(service: ServedStudio) -> ServedStudio:
    studio = service.studio
    studio.state(*studio.elements(range(1, MANY - 4)))
    return service


# --- what is served ------------------------------------------------------------------


def test_checkpoint_tiles_entries_and_proofs_are_of_one_tree(
    long: ServedStudio,
) -> None:
    studio = long.studio
    note = request(long.port, "GET", "/checkpoint").body
    key = Verifier.of(studio.origin, studio.signer("log"))
    point = open_checkpoint(note, [key], studio.origin)
    entries: list[bytes] = []
    hashes: list[bytes] = []
    for tile in tiles_of(point.size):
        told = request(long.port, "GET", f"/{tile.path}")
        assert told.headers["content-type"] == "application/octet-stream"
        assert ("immutable" in told.headers["cache-control"]) == tile.full
        if tile.level == ENTRIES:
            entries += split_entries(told.body, tile)
        elif tile.level == 0:
            hashes += split_hashes(told.body, tile)
    assert len(entries) == point.size == MANY
    assert [leaf_hash(one) for one in entries] == hashes
    assert root_of(hashes) == point.root
    lines = request(long.port, "GET", f"/v1/entries?start=0&end={MANY}").body
    assert lines.split(b"\n")[:-1] == entries
    for index in (0, 255, 256, MANY - 1):
        path = f"/v1/proofs/inclusion?index={index}&size={MANY}"
        told = request(long.port, "GET", path)
        proof = [bytes.fromhex(one) for one in told.json["hashes"]]
        verify_inclusion(hashes[index], index, MANY, proof, point.root)
    path = f"/v1/proofs/consistency?old=5&new={MANY}"
    proof = [
        bytes.fromhex(one) for one in request(long.port, "GET", path).json["hashes"]
    ]
    verify_consistency(5, MANY, root_of(hashes[:5]), point.root, proof)


@pytest.mark.parametrize(
    "path",
    ["0/003", "0/002", "0/002.p/19", "1/000", "0/000.p/0", "0/x001/000", "62/000.p/1"],
)
def test_tiles_that_are_not_there_yet_are_not_made_up(
    long: ServedStudio, path: str
) -> None:
    told = request(long.port, "GET", f"/tile/{path}")
    assert (told.status, told.is_problem()) == (404, True)


def test_an_earlier_partial_tile_stays_what_it_was(long: ServedStudio) -> None:
    whole = request(long.port, "GET", f"/{Tile(0, 0).path}").body
    part = request(long.port, "GET", f"/{Tile(0, 0, 5).path}").body
    assert part == whole[: 5 * 32]


def test_a_client_reads_all_entries_and_those_that_come_later(
    long: ServedStudio, remote: RemotePort
) -> None:
    studio, reader = long.studio, remote.reader()
    stored = studio.port.reader().entries(0, MANY)
    assert reader.entries(0, reader.size()) == stored
    assert reader.entries(300, 310) == stored[300:310]
    studio.state(studio.element(9_999))
    assert reader.size() == MANY
    assert remote.reader().entries(MANY, MANY + 1) == (
        studio.port.reader().entries(MANY, MANY + 1)
    )


# --- services that lie ---------------------------------------------------------------


class Relay:
    """A go-between that changes what passes, on an address of its own."""

    def __init__(self, service: ServedStudio) -> None:
        self.swap: tuple[bytes, bytes] = (b"", b"")
        self.status: int | None = None
        self.media_type = ""
        self.asked: list[str] = []
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def _pass(self) -> None:
                relay.asked.append(self.path)
                length = int(self.headers.get("content-length", "0"))
                body = self.rfile.read(length)
                headers = {
                    name: self.headers[name]
                    for name in ("content-type", "authorization")
                    if name in self.headers
                }
                with httpx.Client(base_url=service.address, trust_env=False) as client:
                    came = client.request(
                        self.command, self.path, content=body, headers=headers
                    )
                content = came.content
                if relay.swap[0]:
                    content = content.replace(*relay.swap)
                self.send_response(relay.status or came.status_code)
                shown = relay.media_type or came.headers["content-type"]
                self.send_header("content-type", shown)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = _pass  # noqa: N815  # as http.server wants

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = int(self.server.server_address[1])


@pytest.fixture
def relay(service: ServedStudio) -> Iterator[Relay]:
    made = Relay(service)
    thread = Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join(60)
    assert not thread.is_alive()
    made.server.server_close()


@contextmanager
def client_of(relay: Relay, service: ServedStudio) -> Iterator[RemotePort]:
    own, service.port = service.port, relay.port
    try:
        client = service.client()
    finally:
        service.port = own
    yield client


def submitting(
    relay: Relay, service: ServedStudio, find: str, put: str
) -> type[JangbuError]:
    """The error that a client raises if a part of the first receipt is exchanged."""
    studio = service.studio
    element = studio.element(1)
    with client_of(relay, service) as client:
        (before,) = studio.submit(studio.element(2), port=client)
        assert isinstance(before, Receipt)
        relay.swap = (find.encode(), put.encode())
        with pytest.raises(JangbuError) as caught:
            studio.submit(element, port=client)
    return type(caught.value)


def test_an_honest_go_between_changes_nothing(
    relay: Relay, service: ServedStudio
) -> None:
    with client_of(relay, service) as client:
        (answer,) = service.studio.submit(service.studio.element(1), port=client)
    assert isinstance(answer, Receipt)


@pytest.mark.parametrize(
    ("find", "put", "error"),
    [
        ('"index":6', '"index":5', InclusionError),
        ('"index":6', '"index":7', InclusionError),
        ('"at":"2026', '"at":"2027', InclusionError),
        ('"leaf":"', '"leaf":"00', UntrustedAnswerError),
        ('"inclusion":["', '"inclusion":["' + "00" * 32 + '","', InclusionError),
        ('"new":true', '"new":1', UntrustedAnswerError),
        ('{"receipt"', '{"reciept"', UntrustedAnswerError),
        ('"answers":[', '"answers":[],"others":[', UntrustedAnswerError),
        ("invalid/1ed6", "invalid/2ed6", CheckpointError),
    ],
)
def test_a_receipt_that_does_not_hold_is_refused(
    relay: Relay, service: ServedStudio, find: str, put: str, error: type[JangbuError]
) -> None:
    assert submitting(relay, service, find, put) is error


def test_a_receipt_for_another_statement_is_refused(
    relay: Relay, service: ServedStudio
) -> None:
    studio = service.studio
    mine, other = studio.element(1), studio.element(2)
    error = submitting(relay, service, mine.id, other.id)
    assert error is UntrustedAnswerError


def signed_by(
    studio: LedgerStudio, size: int, root: bytes, signer: str = "log"
) -> bytes:
    point = Checkpoint(origin=studio.origin, size=size, root=root)
    return sign_checkpoint(point, studio.signer(signer))


def test_a_checkpoint_of_another_key_is_refused(
    relay: Relay, service: ServedStudio
) -> None:
    studio = service.studio
    real = studio.port.reader().checkpoint()
    root = base64.b64decode(real.split(b"\n")[2])
    relay.swap = (real, signed_by(studio, 5, root, "vendor"))
    with client_of(relay, service) as client, pytest.raises(CheckpointError):
        client.reader().checkpoint()


def test_a_log_that_shrinks_is_refused(relay: Relay, service: ServedStudio) -> None:
    studio = service.studio
    old = studio.port.reader().checkpoint()
    studio.state(studio.element(1))
    with client_of(relay, service) as client:
        assert client.reader().size() == 6
        relay.swap = (studio.port.reader().checkpoint(), old)
        with pytest.raises(RollbackError):
            client.reader().size()


def test_two_roots_at_one_size_are_refused(relay: Relay, service: ServedStudio) -> None:
    studio = service.studio
    with client_of(relay, service) as client:
        assert client.reader().size() == 5
        relay.swap = (
            studio.port.reader().checkpoint(),
            signed_by(studio, 5, b"r" * 32),
        )
        with pytest.raises(ConsistencyError):
            client.reader().size()


def test_entries_that_the_log_does_not_have_are_refused(
    relay: Relay, service: ServedStudio
) -> None:
    with client_of(relay, service) as client:
        relay.swap = (b'"kind":"key.1"', b'"kind":"kee.1"')
        with pytest.raises(UntrustedAnswerError):
            client.reader().entries(0, 5)
        relay.swap = (b'"genesis.1"', b'"genesis.1"\n')
        with pytest.raises(UntrustedAnswerError):
            client.reader().entries(0, 5)


def test_hashes_that_do_not_lead_to_the_root_are_refused(
    relay: Relay, service: ServedStudio
) -> None:
    first = leaf_hash(service.studio.port.reader().entries(0, 1)[0])
    with client_of(relay, service) as client:
        relay.swap = (first, bytes(32))
        with pytest.raises(ConsistencyError):
            client.reader().entries(0, 5)
        relay.swap = (first, b"")
        with pytest.raises(LogError):
            client.reader().entries(0, 5)


# --- services that are not there, or not ours ----------------------------------------


def test_a_go_between_that_fails_is_a_ledger_out_of_reach(
    relay: Relay, service: ServedStudio
) -> None:
    relay.status, relay.media_type = 502, "text/html"
    with client_of(relay, service) as client, pytest.raises(StoreUnavailableError):
        client.locate("element.1", "0" * 32)
    relay.status = 302
    with client_of(relay, service) as client, pytest.raises(UntrustedAnswerError):
        client.locate("element.1", "0" * 32)


def test_a_connection_is_tried_three_times_and_no_more(
    service: ServedStudio, remote: RemotePort
) -> None:
    service.stop()
    pauses: list[float] = []
    remote.transport.pause = pauses.append
    with pytest.raises(StoreUnavailableError, match="nobody"):
        remote.locate("element.1", "0" * 32)
    assert len(pauses) == 2


def test_a_service_that_comes_back_in_between_is_reached(
    service: ServedStudio, remote: RemotePort
) -> None:
    service.stop()
    remote.transport.pause = lambda _: service.start()
    assert remote.put(b"bytes")


def test_another_logs_service_refuses_the_whole_and_no_statement(
    service: ServedStudio,
) -> None:
    studio = service.studio
    stranger = service.client(log="jangbu.invalid/ffffffffffffffff")
    with pytest.raises(ForeignLogError):
        studio.submit(studio.element(1), port=stranger)
    assert studio.rows()["entry"] == 5
