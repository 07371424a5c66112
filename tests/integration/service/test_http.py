"""Who is let in, what a body may be, and how what went wrong is told."""

import pytest

from ledger.encoding.digest import sha256_hex
from ledger.errors import StoreUnavailableError, UsageError
from ledger.ports import Refusal
from ledger.remote import wire
from ledger.service.server import listen
from tests.simulators.raw_http import request
from tests.simulators.served_studio import ServedStudio
from tests.simulators.signed_calls import CLAIM, claimed, signed, submitted

# --- who ---------------------------------------------------------------------------


def test_a_signed_claim_is_granted(service: ServedStudio) -> None:
    told = claimed(service)
    assert (told.status, told.json["granted"]) == (200, True)


@pytest.mark.parametrize("by", ["studio", "pipeline", "vendor"])
def test_roots_and_delegated_keys_may_ask(service: ServedStudio, by: str) -> None:
    header = signed(service, "POST", "/v1/claim", CLAIM, by)
    assert claimed(service, authorization=header).status == 200


@pytest.mark.parametrize("by", ["recovery", "log", "a stranger"])
def test_other_keys_may_not(service: ServedStudio, by: str) -> None:
    header = signed(service, "POST", "/v1/claim", CLAIM, by)
    told = claimed(service, authorization=header)
    assert (told.status, told.json["code"]) == (401, "service.unsigned")
    assert told.is_problem()


def test_a_call_without_a_signature_is_refused(service: ServedStudio) -> None:
    blob = f"/v1/blobs/{sha256_hex(b'x')}"
    for told in (
        claimed(service, authorization=""),
        request(service.port, "PUT", blob, b"x", content_type=wire.BYTES),
        request(service.port, "GET", f"/v1/statements/element.1/{'0' * 32}"),
    ):
        assert (told.status, told.json["code"]) == (401, "service.unsigned")
        assert told.headers["www-authenticate"] == "jangbu"


def test_a_request_cannot_be_sent_again(service: ServedStudio) -> None:
    header = signed(service, "POST", "/v1/claim", CLAIM)
    assert claimed(service, authorization=header).status == 200
    assert claimed(service, authorization=header).status == 401


def test_a_key_whose_delegation_ended_may_not_ask(service: ServedStudio) -> None:
    studio = service.studio
    withdrawal = studio.compose(
        "delegation.1",
        {},
        key="dd" * 16,
        act=("withdraw", studio.delegation_of("vendor")),
    )
    studio.state(withdrawal)
    header = signed(service, "POST", "/v1/claim", CLAIM, "vendor")
    assert claimed(service, authorization=header).status == 401


# --- from where --------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", ""]
)
def test_another_host_is_refused(service: ServedStudio, host: str) -> None:
    host = host.format(port=service.port)
    told = request(service.port, "GET", "/checkpoint", host=host)
    assert told.status in {400, 403}
    assert told.is_problem()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_a_page_of_another_origin_is_refused(
    service: ServedStudio, headers: dict[str, str]
) -> None:
    told = request(service.port, "GET", "/checkpoint", b"", **headers)
    assert (told.status, told.json["code"]) == (403, "service.origin")


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "[::1]"])
def test_its_own_names_are_let_in(service: ServedStudio, name: str) -> None:
    host = f"{name}:{service.port}"
    told = request(
        service.port, "GET", "/checkpoint", host=host, origin=f"http://{host}"
    )
    assert told.status == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.com"])  # noqa: S104
def test_it_listens_to_this_machine_only(host: str) -> None:
    with pytest.raises(UsageError, match="loopback"):
        listen(host, 0)


def test_a_port_that_is_taken_is_told(service: ServedStudio) -> None:
    with pytest.raises(StoreUnavailableError, match="to be free"):
        listen("127.0.0.1", service.port)


# --- what --------------------------------------------------------------------------


def test_a_body_of_another_sort_is_refused_before_it_is_read(
    service: ServedStudio,
) -> None:
    for headers, status in (
        ({"content_type": "text/plain"}, 415),
        ({"content_type": ""}, 415),
        ({"content_encoding": "gzip"}, 415),
        ({"content_length": "", "transfer_encoding": "chunked"}, 411),
        ({"content_length": str(wire.MOST_CLAIM + 1)}, 413),
        ({"content_length": "9" * 17}, 413),
    ):
        told = claimed(service, **headers)
        assert (told.status, told.is_problem()) == (status, True)


def test_a_blob_that_is_too_large_is_refused_by_its_length(
    service: ServedStudio,
) -> None:
    path = f"/v1/blobs/{'ab' * 32}"
    told = request(
        service.port,
        "PUT",
        path,
        b"x",
        content_type=wire.BYTES,
        content_length=str(wire.MOST_BLOB + 1),
        authorization=signed(service, "PUT", path, b""),
    )
    # Its signature is over another digest: nothing else is looked at.
    assert told.status == 401


def test_bytes_of_another_digest_are_not_kept(service: ServedStudio) -> None:
    named = sha256_hex(b"what was promised")
    path = f"/v1/blobs/{named}"
    told = request(
        service.port,
        "PUT",
        path,
        b"something else",
        content_type=wire.BYTES,
        authorization=signed(service, "PUT", path, b"what was promised"),
    )
    assert (told.status, told.json["code"]) == (400, "service.request")
    assert not list(service.studio.blobs.root.glob("*/*"))


def test_methods_and_addresses_are_those_of_the_page(service: ServedStudio) -> None:
    for method, path, status in (
        ("GET", "/", 404),
        ("GET", "/docs", 404),
        ("GET", "/v1/claim", 405),
        ("DELETE", "/checkpoint", 405),
        ("GET", "/v1/blobs/" + "ab" * 32, 405),
        ("GET", "/tile/0/000/", 404),
        ("GET", "/v1/entries?start=0", 400),
        ("GET", "/v1/entries?start=0&end=1&end=2", 400),
        ("GET", "/v1/entries?start=0&end=-1", 400),
        ("GET", "/v1/entries?start=0&end=" + "9" * 5_000, 400),
        ("GET", "/v1/entries?start=0&end=6", 404),
        ("GET", "/v1/entries?start=5&end=5", 404),
        ("GET", "/v1/entries?start=0&end=5", 200),
        ("GET", "/v1/proofs/inclusion?index=99&size=99", 404),
        ("GET", "/v1/proofs/consistency?old=3&new=2", 404),
    ):
        told = request(service.port, method, path)
        assert told.status == status, path
        assert status == 200 or told.is_problem()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"null",
        b"1e999",
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"log":1.5}',
        b'{"log":"\\ud800","sheet":"","statements":[]}',
        '{"log":"e\u0301","sheet":"","statements":[]}'.encode(),
        b'{"log":' + b"9" * 10_000 + b"}",
        b'{"log":"a","log":"b","sheet":"","statements":[]}',
        b'{"log":"a","sheet":"=","statements":[]}',
        b'{"log":"a","sheet":"","statements":{}}',
    ],
)
def test_a_body_that_is_no_submission_is_a_problem_of_the_request(
    service: ServedStudio, body: bytes
) -> None:
    headers = {"content_type": wire.JSON, "content_length": str(len(body))}
    told = request(service.port, "POST", "/v1/submit", body, **headers)
    assert (told.status, told.json["code"]) == (400, "service.request")
    assert told.is_problem()


def test_a_submission_for_another_log_conflicts_as_a_whole(
    service: ServedStudio,
) -> None:
    other = {"log": "jangbu.invalid/ffffffffffffffff", "sheet": "", "statements": []}
    told = submitted(service, other)
    assert (told.status, told.json["code"]) == (422, "record.foreign_log")


def test_more_statements_than_a_sheet_lists_are_refused(service: ServedStudio) -> None:
    one = {"blind": "", "by_blind": "", "statement": ""}
    value = {"log": service.studio.origin, "sheet": "", "statements": [one] * 1_001}
    assert submitted(service, value).status == 400


def test_refusals_are_answers_and_tell_nothing_private(service: ServedStudio) -> None:
    studio = service.studio
    asset = studio.asset(1)
    for blob in studio.blobs.root.glob("*/*"):
        blob.unlink()
    (answer,) = studio.submit(asset, port=service.client())
    assert isinstance(answer, Refusal)
    assert answer.error.code == "record.blob"
    assert str(studio.root) not in f"{answer.error}{answer.error.__dict__}"
