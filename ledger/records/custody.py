"""Kinds of keeping: anchors of the log outside it, holds, destruction on purpose."""

from typing import Literal

from pydantic import Field

from ledger.records.identity import Day, Digest, Token
from ledger.records.statement import Private, Record


class Anchor(Record):
    """Somebody outside certified on a day what the log had become.

    Attributes:
        size, root: of the checkpoint that was certified.
        authority: a notary, or a certified electronic document centre.
        on: the day of the certificate.
        certificate: SHA-256 of its signed copy, committed.
    """

    size: int = Field(ge=1)
    root: Digest
    authority: Literal["notary", "document-centre", "other"]
    on: Day
    certificate: Private


class Hold(Record):
    """Something must not be erased or destroyed until this statement is withdrawn.

    Attributes:
        basis: why, a token such as `litigation`.
        party: uid of the person whom it is about, committed under that person's
            retained key; absent if it is about whatever the scope says.
        notice: the notice that asked for it, in words, committed.
    """

    basis: Token
    party: Private | None = None
    notice: Private | None = None


class Disposition(Record):
    """Files or blobs were destroyed on purpose, so that none of them counts as missing.

    Attributes:
        purged: SHA-256 of the bytes of each, sorted, each once.
        basis: why, a token such as `retention-ended`.
    """

    purged: tuple[Digest, ...] = Field(min_length=1, max_length=4096)
    basis: Token
