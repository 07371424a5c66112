"""Answers as they wait in the database for whoever submitted.

A refusal travels with the public part of its error alone: a table of the database is
no terminal.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from ledger.errors import JangbuError, RecordError, StoreError
from ledger.ports import Receipt, Refusal


def encode_answers(answers: Sequence[Receipt | Refusal]) -> bytes:
    """One answer for each statement, as bytes."""
    notes = sorted({one.checkpoint for one in answers if isinstance(one, Receipt)})
    document = {
        "notes": notes,
        "answers": [_encoded(one, notes) for one in answers],
    }
    return json.dumps(document, separators=(",", ":")).encode()


def decode_answers(raw: bytes) -> list[Receipt | Refusal]:
    """Read what `encode_answers` wrote.

    Raises:
        StoreError: the row was changed from outside.
    """
    try:
        document = json.loads(raw)
        return [_decoded(one, document["notes"]) for one in document["answers"]]
    except (ValueError, LookupError, TypeError) as error:
        raise StoreError(
            "an answer as the sequencer wrote it",
            met="other bytes",
            advice="Submit again: the receipts come then.",
        ) from error


def _encoded(answer: Receipt | Refusal, notes: Sequence[str]) -> dict[str, Any]:
    if isinstance(answer, Refusal):
        return {"id": answer.id, "error": answer.error.public()}
    return {
        "id": answer.id,
        "index": answer.index,
        "leaf": answer.leaf,
        "at": answer.at,
        "note": notes.index(answer.checkpoint),
        "new": answer.new,
    }


def _decoded(value: dict[str, Any], notes: Sequence[str]) -> Receipt | Refusal:
    if "error" in value:
        return Refusal(id=value["id"], error=error_from(value["error"]))
    return Receipt(
        id=value["id"],
        index=value["index"],
        leaf=value["leaf"],
        at=value["at"],
        checkpoint=notes[value["note"]],
        new=value["new"],
    )


def error_from(public: dict[str, Any]) -> JangbuError:
    """The error that `JangbuError.public` was taken of, without what is private."""
    facts = dict(public)
    kind = _by_code().get(facts.pop("code"), RecordError)
    return kind(
        facts.pop("expected"),
        met="something else, which whoever sequenced it did not pass on",
        advice=facts.pop("advice"),
        **facts,
    )


@cache
def _by_code() -> dict[str, type[JangbuError]]:
    return {kind.code: kind for kind in _all_below(JangbuError)}


def _all_below(kind: type[JangbuError]) -> Iterator[type[JangbuError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _all_below(below)
