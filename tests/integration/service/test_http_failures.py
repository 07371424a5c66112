"""Slow, broken and failing: what is told, and what is not."""

import json
import time
from pathlib import Path

import pytest

from ledger.encoding import canonical
from ledger.errors import StoreFullError, StoreUnavailableError
from ledger.ports import Port, Receipt, Submission
from ledger.remote import wire
from ledger.remote.port import RemotePort
from ledger.service.bodies import Pace
from ledger.service.server import BoundedProtocol
from tests.simulators.ledger_studio import LedgerStudio, submission_of
from tests.simulators.raw_http import request, speak
from tests.simulators.served_studio import ServedStudio, serving
from tests.simulators.signed_calls import claimed, submitted

# --- slow, broken, out of order ----------------------------------------------------


def test_a_slow_sender_is_let_go(ledger_studio: LedgerStudio) -> None:
    with serving(ledger_studio, Pace(seconds=0.2, bytes_per_second=1 << 20)) as service:
        head = (
            f"POST /v1/submit HTTP/1.1\r\nhost: 127.0.0.1:{service.port}\r\n"
            f"content-type: {wire.JSON}\r\ncontent-length: 100\r\n\r\n"
        )
        told = speak(service.port, head.encode(), b'{"log":')
    assert told is not None
    assert (told.status, told.json["code"]) == (408, "service.timeout")


def test_headers_that_do_not_end_are_not_waited_for(
    service: ServedStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedProtocol, "seconds", 0.2)
    began = time.monotonic()
    assert speak(service.port, b"GET / HTTP/1.1\r\nhost:") is None
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "sent", [b"\0\xff\r\n\r\n", b"GET  /\r\n\r\n", b"SSH-2.0-x\r\n\r\n", b"\r\n" * 99]
)
def test_what_is_no_http_is_a_problem_or_no_answer(
    service: ServedStudio, sent: bytes
) -> None:
    told = speak(service.port, sent, finish=True)
    assert told is None or (told.status == 400 and told.is_problem())
    assert request(service.port, "GET", "/health").status == 200


class Failing:
    """A port whose store fails in a certain way."""

    def __init__(self, port: Port, error: Exception) -> None:
        self._port = port
        self._error = error

    def claim(self, *given: object) -> object:
        raise self._error

    def put(self, content: bytes) -> str:
        raise self._error

    def submit(self, sheet: bytes, statements: list[Submission]) -> list[Receipt]:
        raise self._error

    def locate(self, kind: str, key: str) -> Receipt | None:
        raise self._error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (StoreFullError("room", met="/srv/private", advice="Free some."), 507),
        (StoreUnavailableError("a store", met="/srv/private", advice="Wait."), 503),
        (ValueError("/srv/private 봉준호"), 500),
        (RecursionError("/srv/private"), 500),
    ],
)
def test_what_fails_behind_is_told_without_what_is_private(
    ledger_studio: LedgerStudio,
    error: Exception,
    status: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ledger_studio.port = Failing(ledger_studio.port, error)  # type: ignore[assignment]
    original = LedgerStudio(ledger_studio.root).port.reader
    ledger_studio.port.reader = original  # type: ignore[method-assign]
    with serving(ledger_studio) as service:
        told = claimed(service)
        empty = {"log": ledger_studio.origin, "sheet": "", "statements": []}
        again = submitted(service, empty)
    for one in (told, again):
        assert (one.status, one.is_problem()) == (status, True)
        assert b"private" not in one.body
        assert ("retry-after" in one.headers) == (status == 503)
    assert "private" not in caplog.text


# --- health ------------------------------------------------------------------------


def test_it_says_that_it_lives_and_is_ready(service: ServedStudio) -> None:
    assert request(service.port, "GET", "/health").json == {"live": True}
    ready = request(service.port, "GET", "/ready").json
    assert ready == {"log": service.studio.origin, "read_only": False, "size": 5}
    service.trouble = "log.rollback"
    ready = request(service.port, "GET", "/ready").json
    assert (ready["read_only"], ready["reason"]) == (True, "log.rollback")


def test_an_empty_log_is_ready_and_has_nothing_to_read(
    tmp_path: Path,
) -> None:
    with serving(LedgerStudio(tmp_path / "new")) as service:
        assert request(service.port, "GET", "/ready").json["size"] == 0
        for path in ("/checkpoint", "/tile/0/000.p/1", "/v1/entries?start=0&end=1"):
            assert request(service.port, "GET", path).status == 404
        assert claimed(service).status == 401


def test_the_openapi_document_lists_every_route(service: ServedStudio) -> None:
    document = request(service.port, "GET", "/openapi.json").json
    listed = {(path, *sorted(calls)) for path, calls in document["paths"].items()}
    assert listed == {
        ("/v1/claim", "post"),
        ("/v1/blobs/{digest}", "put"),
        ("/v1/submit", "post"),
        ("/v1/statements/{kind}/{key}", "get"),
        ("/checkpoint", "get"),
        ("/tile/{path}", "get"),
        ("/v1/entries", "get"),
        ("/v1/proofs/inclusion", "get"),
        ("/v1/proofs/consistency", "get"),
        ("/health", "get"),
        ("/ready", "get"),
    }


def test_no_route_serves_what_a_statement_says(
    service: ServedStudio, remote: RemotePort
) -> None:
    studio = service.studio
    element = studio.element(1)
    studio.state(element)
    commitment = canonical.parse(element.raw)
    assert isinstance(commitment, dict)
    name = json.dumps(commitment["body"])[-66:-3].encode()
    for path in (
        "/checkpoint",
        "/tile/entries/000.p/6",
        "/v1/entries?start=0&end=6",
        "/v1/proofs/inclusion?index=5&size=6",
    ):
        told = request(service.port, "GET", path)
        assert told.status == 200
        assert name not in told.body
    assert remote.locate(element.kind, element.key) is not None


def test_a_statement_that_was_never_put_with_the_log_is_refused_alone(
    service: ServedStudio,
) -> None:
    studio = service.studio
    one = submission_of(studio.element(1))
    assert service.client().submit(b"", [one])[0].id == ""
