"""Parcels: a signed sheet and its statements as they wait on disk for submission.

A parcel holds statements, blinds and the sheet, never a private value.
"""

from dataclasses import dataclass

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.errors import MalformedRecordError, UnreadableInputError
from ledger.ports import Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A sheet and the statements that go with it."""

    sheet: bytes
    statements: tuple[Submission, ...]

    def to_json(self) -> dict[str, JsonValue]:
        """As it is kept on disk; statements keep their bytes, as they are canonical."""
        return {
            "sheet": canonical.parse(self.sheet),
            "statements": [
                {
                    "blind": one.blind.hex(),
                    "by_blind": one.by_blind.hex(),
                    "statement": canonical.parse(one.raw),
                }
                for one in self.statements
            ],
        }

    @classmethod
    def from_json(cls, value: JsonValue, where: str) -> "Parcel":
        """Read what `to_json` wrote.

        Raises:
            UnreadableInputError: the record was damaged.
        """
        try:
            match value:
                case {"sheet": dict(sheet), "statements": list(statements), **more}:
                    if not more:
                        return cls(
                            sheet=canonical.encode(sheet),
                            statements=tuple(map(_submission, statements)),
                        )
                case _:
                    raise damaged_parcel(where)
        except (ValueError, MalformedRecordError) as error:
            raise damaged_parcel(where) from error
        raise damaged_parcel(where)


def _submission(value: JsonValue) -> Submission:
    match value:
        case {
            "blind": str(blind),
            "by_blind": str(by_blind),
            "statement": dict(statement),
        }:
            return Submission(
                raw=canonical.encode(statement),
                blind=bytes.fromhex(blind),
                by_blind=bytes.fromhex(by_blind),
            )
        case _:
            raise ValueError


def damaged_parcel(where: str) -> UnreadableInputError:
    return UnreadableInputError(
        "a record of the outbox as it was written",
        met="other bytes",
        advice="Move the file away and state what it held again.",
        where=where,
    )
