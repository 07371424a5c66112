"""Hostile statements get an answer with the field's path, and leave no entry."""

import json

import pytest

from ledger.encoding import canonical
from ledger.encoding.commitment import statement_id
from ledger.encoding.sheet import SHEET_TYPE, parse_envelope, sign_envelope
from ledger.ports import Receipt, Refusal, Submission
from tests.simulators.ledger_studio import LedgerStudio, submission_of

BLIND = bytes(32)


def answer(studio: LedgerStudio, raw: bytes) -> Refusal:
    """Submit bytes on an honest sheet; the refusal, with nothing stored."""
    before = studio.rows()
    sheet = studio.sheet([statement_id(BLIND, raw)])
    submission = Submission(raw=raw, blind=BLIND, by_blind=BLIND)
    (given,) = studio.port.submit(sheet, [submission])
    assert isinstance(given, Refusal)
    assert studio.rows() == before
    return given


def honest(studio: LedgerStudio) -> dict[str, object]:
    said: dict[str, object] = json.loads(studio.element(1).raw)
    return said


def spelled(said: dict[str, object], **other: str) -> bytes:
    """The statement with members in the JSON text given."""
    members = {name: json.dumps(value) for name, value in said.items()} | other
    rows = (f'"{name}":{text}' for name, text in sorted(members.items()))
    return ("{" + ",".join(rows) + "}").replace(", ", ",").replace(": ", ":").encode()


@pytest.mark.parametrize(
    ("members", "where"),
    [
        ({"body": '{"name":1.5}'}, "/body/name"),
        ({"body": '{"name":1e2}'}, "/body/name"),
        ({"body": '{"name":NaN}'}, "/body/name"),
        ({"body": '{"name":-Infinity}'}, "/body/name"),
        ({"body": '{"name":null}'}, "/body/name"),
        ({"body": '{"name":9007199254740992}'}, "/body/name"),
        ({"body": '{"name":-9007199254740992}'}, "/body/name"),
        ({"body": '{"name":' + "9" * 5000 + "}"}, "/body/name"),
        ({"body": '{"name":"e\u0301"}'}, "/body/name"),
        ({"body": '{"name":"\\ud800"}'}, "/body/name"),
        ({"body": '{"name":1,"name":2}'}, "/body/name"),
        ({"body": '{"n\u00e4me":1}'}, "/body"),
        ({"body": "[" * 100 + "]" * 100}, "/body" + "/0" * 31),
        ({"body": '{"name":{"#":"00"}}'}, "/body/name/#"),
        ({"body": '{"name":{"#":"' + "A" * 64 + '"}}'}, "/body/name/#"),
        ({"body": '{"name":"in clear"}'}, "/body/name"),
        ({"body": "{}"}, "/body/name"),
        ({"more": "1"}, "/more"),
        ({"v": "2"}, "/v"),
        ({"v": "true"}, "/v"),
        ({"key": '"short"'}, "/key"),
        ({"log": '"JANGBU.invalid/0123456789abcdef"'}, "/log"),
        ({"prev": '["zz"]'}, "/prev/0"),
        ({"at": '"2026-11-22T08:30:00.000000Z"'}, "/at"),
        ({"at": '"yesterday"'}, "/at"),
        ({"scope": "{}"}, "/scope"),
        ({"act": '{"of":"' + "ab" * 32 + '","verb":"erase"}'}, "/act/verb"),
    ],
)
def test_a_poisoned_field_is_named(
    ledger_studio: LedgerStudio, members: dict[str, str], where: str
) -> None:
    given = answer(ledger_studio, spelled(honest(ledger_studio), **members))
    assert (given.error.code, given.error.where) == ("record.malformed", where)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b"\xef\xbb\xbf{}",
        b'{"v":1}\n',
        b'"' + b"x" * (1 << 20) + b'"',
    ],
    ids=["empty", "bytes", "null", "list", "deep", "deeper", "mark", "newline", "long"],
)
def test_bytes_that_are_no_statement_are_refused(
    ledger_studio: LedgerStudio, raw: bytes
) -> None:
    given = answer(ledger_studio, raw)
    assert given.error.code == "record.malformed"


def test_more_than_a_megabyte_is_refused(ledger_studio: LedgerStudio) -> None:
    text = '{"name":"' + "x" * (1 << 20) + '"}'
    given = answer(ledger_studio, spelled(honest(ledger_studio), body=text))
    assert (given.error.code, given.error.where) == ("record.malformed", "/")
    assert "1048576" in given.error.expected


@pytest.mark.parametrize("spelling", ["spaces", "order", "escapes"])
def test_another_spelling_of_a_good_statement_is_refused(
    ledger_studio: LedgerStudio, spelling: str
) -> None:
    said = honest(ledger_studio)
    raw = {
        "spaces": lambda: json.dumps(said, sort_keys=True),
        "order": lambda: json.dumps(
            dict(sorted(said.items(), reverse=True)), separators=(",", ":")
        ),
        "escapes": lambda: spelled(said).decode().replace("element", "\\u0065lement"),
    }[spelling]()
    assert answer(ledger_studio, raw.encode()).error.code == "record.malformed"


def test_an_unknown_kind_is_refused(ledger_studio: LedgerStudio) -> None:
    for kind in ("element.2", "rumour.1"):
        raw = spelled(honest(ledger_studio), kind=f'"{kind}"')
        given = answer(ledger_studio, raw)
        assert (given.error.code, given.error.where) == ("record.unknown_kind", "/kind")


def careless_sheet(studio: LedgerStudio, ids: list[str]) -> bytes:
    """A well signed sheet over whatever ids."""
    payload = json.loads(parse_envelope(studio.sheet(ids[:1])).payload)
    text = canonical.encode({**payload, "ids": list(ids)})
    return sign_envelope(SHEET_TYPE, text, studio.signer("studio"))


@pytest.mark.parametrize(("others", "accepted"), [(999, True), (1000, False)])
def test_a_sheet_lists_at_most_a_thousand_statements(
    ledger_studio: LedgerStudio, others: int, *, accepted: bool
) -> None:
    element = ledger_studio.element(1)
    ids = [element.id, *(f"{number:064x}" for number in range(others))]
    sheet = careless_sheet(ledger_studio, ids)
    (given,) = ledger_studio.port.submit(sheet, [submission_of(element)])
    assert isinstance(given, Receipt) == accepted


def test_a_statement_listed_twice_spoils_the_sheet(
    ledger_studio: LedgerStudio,
) -> None:
    element = ledger_studio.element(1)
    sheet = careless_sheet(ledger_studio, [element.id, element.id])
    (given,) = ledger_studio.port.submit(sheet, [submission_of(element)])
    assert isinstance(given, Refusal)
