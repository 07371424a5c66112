"""Statements that no log may take in, whatever way they come."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.encoding.commitment import statement_id
from ledger.ports import Port, Receipt, Refusal, Submission
from tests.simulators.ledger_studio import LedgerStudio, submission_of

BLIND: Final = bytes(32)
MEGABYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Poison:
    """Members of a good statement spelled otherwise, or other bytes altogether.

    Attributes:
        where: pointer to what is refused.
    """

    members: Mapping[str, str] | bytes
    where: str


POISON: Final = {
    "a float": Poison({"body": '{"name":1.5}'}, "/body/name"),
    "an exponent": Poison({"body": '{"name":1e2}'}, "/body/name"),
    "not a number": Poison({"body": '{"name":NaN}'}, "/body/name"),
    "null": Poison({"body": '{"name":null}'}, "/body/name"),
    "an integer of 54 bits": Poison(
        {"body": '{"name":9007199254740992}'}, "/body/name"
    ),
    "an integer of 5000 digits": Poison(
        {"body": '{"name":' + "9" * 5000 + "}"}, "/body/name"
    ),
    "a decomposed letter": Poison({"body": '{"name":"e\u0301"}'}, "/body/name"),
    "a lone surrogate": Poison({"body": '{"name":"\\ud800"}'}, "/body/name"),
    "a surrogate in UTF-8": Poison(b'{"v":"\xed\xa0\x80"}', "/"),
    "a member twice": Poison({"body": '{"name":1,"name":2}'}, "/body/name"),
    "deep nesting": Poison({"body": "[" * 100 + "]" * 100}, "/body" + "/0" * 31),
    "nesting without end": Poison(b"[" * 200_000, ""),
    "a megabyte": Poison({"body": '{"name":"' + "x" * MEGABYTE + '"}'}, "/"),
    "an unknown member": Poison({"more": "1"}, "/more"),
    "a name in clear": Poison({"body": '{"name":"in clear"}'}, "/body/name"),
    "a zero byte": Poison(b"\0", ""),
    "nothing": Poison(b"", ""),
}


def spelled(studio: LedgerStudio, poison: Poison) -> bytes:
    """The poisonous bytes."""
    if isinstance(poison.members, bytes):
        return poison.members
    said = json.loads(studio.element(1).raw)
    members = {name: json.dumps(value) for name, value in said.items()}
    rows = (
        f'"{name}":{text}'
        for name, text in sorted({**members, **poison.members}.items())
    )
    return ("{" + ",".join(rows) + "}").replace(", ", ",").replace(": ", ":").encode()


def check_poison(studio: LedgerStudio, port: Port, name: str) -> None:
    """Between two good statements on one sheet: refused alone, and the log goes on."""
    poison = POISON[name]
    raw = spelled(studio, poison)
    good = [studio.element(2), studio.element(3)]
    ids = [good[0].id, statement_id(BLIND, raw), good[1].id]
    bad = Submission(raw=raw, blind=BLIND, by_blind=BLIND)
    given = [submission_of(good[0]), bad, submission_of(good[1])]
    first, refused, last = port.submit(studio.sheet(ids), given)
    assert isinstance(first, Receipt)
    assert isinstance(last, Receipt)
    assert (first.index, last.index) == (5, 6)
    assert isinstance(refused, Refusal)
    assert refused.error.code == "record.malformed"
    assert (refused.error.where or "").startswith(poison.where)
    # What comes later goes in as well, and nothing of the poison is anywhere.
    (later,) = studio.submit(studio.element(4), port=port)
    assert isinstance(later, Receipt)
    assert later.index == 7
    assert studio.check().findings == ()
