"""A statement in force with its speaker, and its private fields, opened.

What was erased, is not here or does not have the form of its kind is `None`, and the
statement remembers it: an answer says so, and nothing stops for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from ledger.encoding import canonical
from ledger.encoding.commitment import check_opening, is_private
from ledger.encoding.statement import Checked
from ledger.errors import ErasedEvidenceError, MissingEvidenceError, RecordError
from ledger.history.film import Source, Speaker
from ledger.ports import OpeningReader
from ledger.records.identity import refusal
from ledger.records.people import EngagementTerms

Form = TypeVar("Form")


@dataclass(slots=True, kw_only=True)
class Told:
    """A statement in force.

    Attributes:
        revoked: as in `Source`.
        erased, unreadable: likewise; known once the fields were opened.
    """

    id: str
    index: int
    said: Checked
    speaker: Speaker
    admitted_at: str
    disputed: bool
    revoked: bool
    vault: OpeningReader
    erased: bool = False
    unreadable: bool = False

    def open(self, name: str, form: Callable[[object], Form]) -> Form | None:
        """The value of a private field of the body.

        Args:
            name: of the field.
            form: admits the value, or refuses it.

        Raises:
            AlteredEvidenceError: the vault holds another value than was committed.
        """
        field = self.said.statement.body.get(name)
        if not is_private(field):
            return None
        path = f"/body/{name}"
        try:
            opening = self.vault.open(self.id, path)
            check_opening(opening, self.said.place, field["#"])
            return form(opening.value)
        except ErasedEvidenceError:
            self.erased = True
        except (MissingEvidenceError, RecordError, ValidationError):
            self.unreadable = True
        return None

    def source(self) -> Source:
        """The statement as the source of a fact; to be asked for last."""
        said = self.said.statement
        return Source(
            id=self.id,
            index=self.index,
            kind=said.kind,
            speaker=self.speaker,
            scope=said.scope,
            at=said.at,
            admitted_at=self.admitted_at,
            disputed=self.disputed,
            revoked=self.revoked,
            erased=self.erased,
            unreadable=self.unreadable,
        )


def as_text(value: object) -> str:
    """Admit text."""
    if not isinstance(value, str):
        raise refusal("text", value, "")
    return value


def as_code(value: object) -> str:
    """Admit a dated alias; its code."""
    match value:
        case {"code": str(code), "since": str(), **more} if not more:
            return code
        case _:
            raise refusal("a code and since when", value, "")


def as_terms(value: object) -> EngagementTerms:
    """Admit the terms of an engagement.

    Raises:
        ValidationError: they do not fit; the caller takes it for what it is.
    """
    if not isinstance(value, dict):
        raise refusal("an object", value, "")
    # JSON mode, so that a strict model takes arrays for tuples and nothing else.
    return EngagementTerms.model_validate_json(canonical.encode(value), strict=True)
