"""Forms of the two files with which people sign on devices of their own.

docs/specs/contribution-file.md is the specification.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from ledger.encoding import canonical
from ledger.encoding.commitment import Opening, is_private
from ledger.encoding.models import dump
from ledger.encoding.sheet import MAX_IDS
from ledger.encoding.statement import Checked
from ledger.evidence.proofs.forms import Proof
from ledger.records.authority import PublicKey
from ledger.records.identity import Digest, Origin, Uid
from ledger.records.statement import Leaves, Record

Words = Annotated[str, StringConstraints(min_length=1, max_length=4096)]
# Nothing else has a name: a word of a record must not be called by another one.
Named = Annotated[str, StringConstraints(pattern=r"\A(?:[0-9a-f]{32}){1,2}\z")]


class OpenedField(Record):
    """One private field with what opens it."""

    path: str
    value: Any
    blind: Digest

    def opening(self) -> Opening:
        """As commitments are checked with it."""
        return Opening(
            path=self.path, value=self.value, blind=bytes.fromhex(self.blind)
        )


class Told(Record):
    """A statement and what opens it.

    Attributes:
        by_blind: b("/by"); given for what is to be signed.
        openings: sorted by path.
        leaves: the blob that it commits to, for an asset or an opinion.
    """

    statement: dict[str, Any]
    blind: Digest
    by_blind: Digest | None = None
    openings: tuple[OpenedField, ...] = Field(max_length=64)
    leaves: str | None = None


class Request(Record):
    """What somebody is asked to sign.

    Attributes:
        public_key: of who is to sign.
        names: what the production calls uids and files; its word and nothing more.
        relied_on: statements in the log that the new ones name.
        standing: shows that the log lets the key state this; absent if it was made
            without the log at hand.
    """

    v: Literal[1] = 1
    form: Literal["jangbu/contribution/1"] = "jangbu/contribution/1"
    log: Origin
    org: Uid
    public_key: PublicKey
    names: dict[Named, Words]
    statements: tuple[Told, ...] = Field(min_length=1, max_length=MAX_IDS)
    relied_on: tuple[Told, ...] = Field(max_length=4096)
    standing: Proof | None = None

    def to_bytes(self) -> bytes:
        """The one form of the file."""
        return canonical.encode(dump(self))


class SignedRequest(Record):
    """A request with its signatures: the sheet, and what was shown."""

    v: Literal[1] = 1
    form: Literal["jangbu/contribution-signed/1"] = "jangbu/contribution-signed/1"
    request: Request
    sheet: dict[str, Any]
    shown: dict[str, Any]

    def to_bytes(self) -> bytes:
        """The one form of the file."""
        return canonical.encode(dump(self))


class Shown(Record):
    """What the second signature is over: the request and the sheet, by SHA-256."""

    v: Literal[1] = 1
    request: Digest
    sheet: Digest


def private_paths(value: object, path: str = "/body") -> Iterator[str]:
    """Where the private fields of a body stand."""
    if is_private(value):
        yield path
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from private_paths(item, canonical.pointer(path, name))
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            yield from private_paths(item, f"{path}/{place}")


def stated_leaves(said: Checked) -> Leaves | None:
    """The leaf blob that is to be shown with a statement; `None` if it has none."""
    body = said.body
    found = getattr(body, "files", None) or getattr(body, "seen", None)
    return found if isinstance(found, Leaves) else None
