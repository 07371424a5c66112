"""The witness over HTTP: the specification's statuses, and limits on everybody."""

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from ledger.log.witness_request import MAX_REQUEST, SIZE_TYPE, origin_hash
from ledger.witness import server as serving_module
from ledger.witness.witness import Witness
from tests.simulators.witnessed_log import ORIGIN, ShortLog, make_witness, serving

LOG = ShortLog.of(40)


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return make_witness(tmp_path / "w", LOG)


@pytest.fixture
def url(witness: Witness) -> Iterator[str]:
    with serving(witness) as address:
        yield address


def post(url: str, body: bytes) -> httpx.Response:
    return httpx.post(f"{url}/add-checkpoint", content=body, trust_env=False)


def test_statuses_and_types_are_the_specifications(url: str) -> None:
    assert post(url, LOG.request(0, 7)).status_code == 200
    behind = post(url, LOG.request(0, 9))
    assert (behind.status_code, behind.text) == (409, "7\n")
    assert behind.headers["content-type"] == SIZE_TYPE
    assert post(url, LOG.rewritten(1).request(7, 9)).status_code == 422
    assert post(url, b"garbage").status_code == 400
    foreign = ShortLog(LOG.entries, origin="other.invalid/1")
    assert post(url, foreign.request(0, 3)).status_code == 404


def test_the_newest_checkpoint_is_where_the_specification_puts_it(url: str) -> None:
    path = f"{url}/{origin_hash(ORIGIN)}/checkpoint"
    assert httpx.get(path, trust_env=False).status_code == 404
    post(url, LOG.request(0, 7))
    assert httpx.get(path, trust_env=False).content.startswith(LOG.note(7))


@pytest.mark.parametrize(
    "path",
    ["/", "/checkpoint", "/../key.pem", f"/{'0' * 64}/checkpoint", "/a/checkpoint"],
)
def test_nothing_else_is_there(url: str, path: str) -> None:
    assert httpx.get(f"{url}{path}", trust_env=False).status_code == 404
    assert httpx.post(f"{url}{path}", content=b"", trust_env=False).status_code == 404


def test_one_connection_serves_several_requests(url: str) -> None:
    with httpx.Client(base_url=url, trust_env=False) as client:
        for old, size in ((0, 3), (3, 7), (7, 9)):
            body = LOG.request(old, size)
            assert client.post("/add-checkpoint", content=body).status_code == 200


def raw(url: str, sent: bytes) -> bytes:
    """What comes back on a bare connection until it is closed."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), 5) as talk:
        talk.sendall(sent)
        return b"".join(iter(lambda: talk.recv(4096), b""))


HEAD = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"", b"411"),
        (b"Transfer-Encoding: chunked\r\n", b"411"),
        (b"Content-Length: -1\r\n", b"400"),
        (b"Content-Length: 1e3\r\n", b"400"),
        (b"Content-Length: %d\r\n" % (MAX_REQUEST + 1), b"413"),
    ],
)
def test_a_body_without_a_bounded_length_is_not_read(
    url: str, headers: bytes, status: bytes
) -> None:
    assert raw(url, HEAD + headers + b"\r\n").split()[1] == status


def test_whoever_is_slow_is_hung_up_on_and_keeps_nobody_waiting(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving_module, "LONGEST_S", 0.2)
    assert raw(url, HEAD + b"Content-Length: 100\r\n\r\nold 0") == b""
    assert raw(url, HEAD) == b""
    assert post(url, LOG.request(0, 3)).status_code == 200


def test_more_connections_than_there_are_places_are_turned_away(
    witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving_module, "MOST_CONNECTIONS", 1)
    with serving(witness) as url:
        parts = urlsplit(url)
        first = http.client.HTTPConnection(parts.netloc)
        first.request("POST", "/add-checkpoint", LOG.request(0, 3))
        assert first.getresponse().read()
        with pytest.raises(httpx.TransportError):
            post(url, LOG.request(3, 7))
        first.close()


def test_a_lost_memory_is_the_witnesss_own_trouble(witness: Witness, url: str) -> None:
    (witness.folder / "witness.sqlite").unlink()
    assert post(url, LOG.request(0, 3)).status_code == 503
    path = f"{url}/{origin_hash(ORIGIN)}/checkpoint"
    assert httpx.get(path, trust_env=False).status_code == 503
