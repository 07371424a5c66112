"""Steps 1 and 2: the archive and its table of contents."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.encoding.digest import sha256_hex
from ledger.encoding.models import parse_model
from ledger.encoding.sheet import Envelope, parse_envelope
from ledger.errors import AlteredEvidenceError
from ledger.evidence import form
from ledger.evidence.archive import Part, read_archive
from ledger.evidence.companions import Companions, read_companions

_BLOBS: Final = form.blob_name("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A bundle taken apart; nothing in it is believed yet.

    Attributes:
        index: as the envelope's payload says; its signature is step 7.
        parts: contents by name, without the index.
        companions: those of them that come from outside the log, or only explain.
    """

    envelope: Envelope
    index: form.BundleIndex
    parts: Mapping[str, bytes]
    companions: Companions


def open_archive(raw: bytes) -> tuple[Part, ...]:
    """1. One form only: against readers that see other files than we do.

    Raises:
        UnreadableInputError: no zip at all.
        AlteredEvidenceError: any other form.
    """
    return read_archive(raw)


def open_index(parts: tuple[Part, ...]) -> Container:
    """2. Each part is what the index lists: against parts changed, added, dropped.

    Raises:
        AlteredEvidenceError, MalformedRecordError.
    """
    if not parts or parts[0].name != form.INDEX:
        raise _altered("the index as the first part", "another part, or none")
    envelope = parse_envelope(parts[0].content)
    index = parse_model(form.BundleIndex, envelope.payload)
    in_order = sorted(set(index.shots)), sorted(set(index.erased))
    if (list(index.shots), list(index.erased)) != in_order:
        raise _altered("lists in order, each member once", "another order")
    rest = parts[1:]
    if [part.name for part in rest] != [row.name for row in index.parts]:
        raise _altered("the parts that the index lists, in its order", "other parts")
    for part, row in zip(rest, index.parts, strict=True):
        stated = (row.length, row.digest)
        if (len(part.content), sha256_hex(part.content)) != stated:
            raise _altered("each part as the index states it", f"another {row.name}")
    if tuple(part.name for part in rest)[: len(form.FIXED)] != form.FIXED:
        raise _altered(f"the parts {', '.join(form.FIXED)} first", "other parts")
    return Container(
        envelope=envelope,
        index=index,
        parts={part.name: part.content for part in rest},
        companions=read_companions(rest),
    )


def check_names(container: Container, blobs: list[str], media: list[str]) -> None:
    """11. No part that nothing commits to, and none missing: against stowaways.

    Args:
        container: the bundle.
        blobs: digests that disclosed statements commit to, sorted.
        media: names of the frames that the index announces, in their order.
    """
    companions = (part.name for part in container.companions.parts())
    expected = [*form.FIXED, *companions, *map(form.blob_name, blobs), *media]
    if list(container.parts) != expected:
        raise _altered(
            "a part for each blob and frame that must be there, and no other",
            "other parts",
        )
    # Also what no step has read, such as the leaves of a cut that was withdrawn.
    for row in container.index.parts:
        if row.name.startswith(_BLOBS) and row.name != form.blob_name(row.digest):
            raise _altered("blobs under the names of their own digests", "another")


def _altered(expected: str, met: str) -> AlteredEvidenceError:
    return AlteredEvidenceError(
        expected,
        met=met,
        advice="The bundle was changed or damaged: ask for it again.",
        where="bundle",
    )
