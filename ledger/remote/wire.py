"""What goes over the wire: the port's values as JSON (docs/reference/http.md).

Bytes are base64, so that a statement arrives as it was signed whatever it holds. What
comes in is read strictly: unknown members, other types and other spellings of base64
are refused.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.errors import MalformedRecordError, RecordError
from ledger.ports import Lease, Receipt, Refusal, Submission
from ledger.records.identity import as_digest, as_instant, as_origin, as_statement_id
from ledger.remote.errors import BadRequestError
from ledger.remote.problem import error_from

JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
BYTES: Final = "application/octet-stream"
LINES: Final = "application/jsonl"
NOTE: Final = "text/plain; charset=utf-8"

MOST_BLOB: Final = 64 << 20
MOST_SUBMISSION: Final = 32 << 20
MOST_CLAIM: Final = 4 << 10
MOST_ENTRIES: Final = 1_000
"""Entries in one answer; who wants more asks again from where it ended."""

MOST_NOTE: Final = 64 << 10
MOST_INDEX: Final = 2**53 - 1

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRequest:
    """What `claim` asks for."""

    work: str
    holder: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitRequest:
    """What `submit` brings.

    Attributes:
        log: the log that it is meant for: a client that reached another production's
            service must not have its statements refused one by one.
    """

    log: str
    sheet: bytes
    statements: tuple[Submission, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenReceipt:
    """A receipt with the inclusion proof of its leaf under its checkpoint."""

    receipt: Receipt
    proof: tuple[bytes, ...]


# --- requests ------------------------------------------------------------------------


def claim_to_json(asked: ClaimRequest) -> dict[str, JsonValue]:
    return {"holder": asked.holder, "seconds": asked.seconds, "work": asked.work}


def claim_from_json(value: JsonValue) -> ClaimRequest:
    """Read a claim; what its values may be is for the port to say.

    Raises:
        BadRequestError: other members or types.
    """
    match value:
        case {
            "holder": str(holder),
            "seconds": int(seconds),
            "work": str(work),
            **more,
        } if not more and not isinstance(seconds, bool):
            return ClaimRequest(work=work, holder=holder, seconds=seconds)
        case _:
            raise _bad("the members holder, seconds and work")


def submit_to_json(asked: SubmitRequest) -> dict[str, JsonValue]:
    return {
        "log": asked.log,
        "sheet": _base64(asked.sheet),
        "statements": [
            {
                "blind": one.blind.hex(),
                "by_blind": one.by_blind.hex(),
                "statement": _base64(one.raw),
            }
            for one in asked.statements
        ],
    }


def submit_from_json(value: JsonValue, most: int) -> SubmitRequest:
    """Read a submission of at most so many statements.

    Raises:
        BadRequestError: other members or types, or too many statements.
    """
    match value:
        case {
            "log": str(log),
            "sheet": str(sheet),
            "statements": list(statements),
            **more,
        } if not more:
            if len(statements) > most:
                raise _bad(f"at most {most} statements", "/statements")
            return SubmitRequest(
                log=log,
                sheet=_bytes(sheet, "/sheet"),
                statements=tuple(
                    _submission(one, f"/statements/{index}")
                    for index, one in enumerate(statements)
                ),
            )
        case _:
            raise _bad("the members log, sheet and statements")


def _submission(value: JsonValue, where: str) -> Submission:
    match value:
        case {
            "blind": str(blind),
            "by_blind": str(by_blind),
            "statement": str(statement),
            **more,
        } if not more:
            return Submission(
                raw=_bytes(statement, f"{where}/statement"),
                blind=_hex(blind, f"{where}/blind"),
                by_blind=_hex(by_blind, f"{where}/by_blind"),
            )
        case _:
            raise _bad("the members blind, by_blind and statement", where)


# --- answers -------------------------------------------------------------------------


def lease_to_json(lease: Lease) -> dict[str, JsonValue]:
    return {
        "expires_at": lease.expires_at,
        "granted": lease.granted,
        "holder": lease.holder,
        "work": lease.work,
    }


def lease_from_json(value: JsonValue) -> Lease:
    match value:
        case {
            "expires_at": str(expires_at),
            "granted": bool(granted),
            "holder": str(holder),
            "work": str(work),
        }:
            return Lease(
                work=as_digest(work, "/work"),
                holder=holder,
                granted=granted,
                expires_at=as_instant(expires_at, "/expires_at"),
            )
        case _:
            raise _bad("a lease")


def receipt_to_json(one: ProvenReceipt) -> dict[str, JsonValue]:
    receipt = one.receipt
    return {
        "at": receipt.at,
        "checkpoint": receipt.checkpoint,
        "id": receipt.id,
        "inclusion": hashes_to_json(one.proof),
        "index": receipt.index,
        "leaf": receipt.leaf,
        "new": receipt.new,
    }


def receipt_from_json(value: JsonValue) -> ProvenReceipt:
    match value:
        case {
            "at": str(at),
            "checkpoint": str(checkpoint),
            "id": str(said),
            "inclusion": list(proof),
            "index": int(index),
            "leaf": str(leaf),
            "new": bool(new),
        } if not isinstance(index, bool):
            receipt = Receipt(
                id=as_statement_id(said, "/id"),
                index=index,
                leaf=as_digest(leaf, "/leaf"),
                at=as_instant(at, "/at"),
                checkpoint=checkpoint,
                new=new,
            )
            return ProvenReceipt(receipt=receipt, proof=hashes_from_json(proof))
        case _:
            raise _bad("a receipt")


def hashes_to_json(hashes: Sequence[bytes]) -> list[JsonValue]:
    return [one.hex() for one in hashes]


def hashes_from_json(value: JsonValue) -> tuple[bytes, ...]:
    match value:
        case list(hashes):
            return tuple(bytes.fromhex(as_digest(one)) for one in hashes)
        case _:
            raise _bad("a list of hashes")


def each(value: JsonValue, name: str, read: Callable[[JsonValue], Item]) -> list[Item]:
    """The items of the one list that an answer holds."""
    items = value.get(name) if isinstance(value, dict) else None
    if not isinstance(items, list):
        raise _bad(f"a list of {name}")
    return [read(one) for one in items]


def answer_from_json(value: JsonValue) -> ProvenReceipt | Refusal:
    """Read what became of one statement."""
    match value:
        case {"receipt": dict(receipt), **more} if not more:
            return receipt_from_json(receipt)
        case {"refusal": {"id": str(said), "problem": dict(problem)}, **more} if (
            not more
        ):
            known_as = as_statement_id(said, "/id") if said else ""
            error = error_from(problem)
            # Anything else is of the whole request, and no statement's fault.
            if not isinstance(error, RecordError):
                raise _bad("a refusal of a record")
            return Refusal(id=known_as, error=error)
        case _:
            raise _bad("a receipt or a refusal")


def parse(raw: bytes) -> JsonValue:
    """Read JSON in any spelling, with the ledger's limits on what it may hold.

    Raises:
        MalformedRecordError: no JSON, floats, null, text that is not NFC, or deeper.
    """
    return canonical.parse_lenient(raw)


def check_log(claimed: str, log: str) -> bool:
    """Whether a name is that of the log; a name of no form is another log's."""
    try:
        return as_origin(claimed) == log
    except MalformedRecordError:
        return False


# --- bytes ---------------------------------------------------------------------------


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str, where: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _bad("standard base64", where) from error
    if _base64(raw) != text:
        raise _bad("base64 in its canonical spelling", where)
    return raw


def _hex(text: str, where: str) -> bytes:
    try:
        raw = bytes.fromhex(text)
    except ValueError as error:
        raise _bad("lower-case hex digits", where) from error
    if raw.hex() != text:
        raise _bad("lower-case hex digits", where)
    return raw


def _bad(expected: str, where: str = "") -> BadRequestError:
    return BadRequestError(
        expected,
        met="something else",
        advice="See docs/reference/http.md for the form.",
        where=where or "/",
    )
