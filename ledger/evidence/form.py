"""What a bundle consists of: its parts, their order, and the rows within them.

docs/specs/bundle.md is the specification, with sample bytes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeAlias, TypeVar

from pydantic import Field, StringConstraints

from ledger.encoding import canonical
from ledger.encoding.commitment import Opening
from ledger.encoding.digest import sha256_hex
from ledger.encoding.models import dump, parse_model
from ledger.errors import AlteredEvidenceError, MalformedRecordError
from ledger.evidence.archive import MAX_PARTS, Part
from ledger.records.identity import Digest, Origin, Uid
from ledger.records.statement import Record

INDEX_TYPE: Final = "application/vnd.jangbu.bundle.1+json"

INDEX: Final = "index.dsse"
CHECKPOINT: Final = "checkpoint"
ENTRIES: Final = "entries.jsonl"
STATEMENTS: Final = "statements.jsonl"
SHEETS: Final = "sheets.jsonl"
OPENINGS: Final = "openings.jsonl"
FIXED: Final = (CHECKPOINT, ENTRIES, STATEMENTS, SHEETS, OPENINGS)

_SIDECAR: Final = "c2pa"
_SUFFIXES: Final = (
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpg"),
    (0, b"II*\0", "tif"),
    (0, b"MM\0*", "tif"),
    (8, b"WEBP", "webp"),
    (0, b"v/1\x01", "exr"),
    (0, b"SDPX", "dpx"),
    (0, b"XPDS", "dpx"),
    (4, b"jumb", _SIDECAR),
)
_MEDIA = re.compile(
    r"media/([0-9a-f]{64})/(0|-?[1-9][0-9]{0,15})\.(png|jpg|tif|webp|exr|dpx|c2pa)"
)

FrameChoice: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"\A(?:all|none|sample:[1-9][0-9]{0,8})\z")
]
"""Which sealed frames go along as files."""

Index: TypeAlias = Annotated[int, Field(ge=0)]
Row = TypeVar("Row", bound=Record)


class PartRow(Record):
    """What the index says of a part."""

    name: str
    length: int = Field(ge=0)
    digest: Digest


class BundleIndex(Record):
    """The signed table of contents.

    Attributes:
        size: entries in the checkpoint, and in the bundle.
        shots: what the bundle is about; empty for the whole log.
        erased: entries whose statements cannot be shown any more, since their blinds
            were destroyed; the studio's word, as nothing else could say it.
        parts: all parts but the index, in the archive's order.
    """

    # Not Literal[1]: pydantic takes `true` for it.
    v: int = Field(default=1, ge=1, le=1)
    log: Origin
    size: int = Field(ge=1)
    shots: tuple[Uid, ...]
    frames: FrameChoice
    erased: tuple[Index, ...]
    parts: tuple[PartRow, ...] = Field(max_length=MAX_PARTS)


class StatementRow(Record):
    """A disclosed statement with what opens its entry.

    Attributes:
        sheet: digest of the sheet that lists it.
        statement: S itself; its canonical bytes are those that were signed.
    """

    index: Index
    blind: Digest
    by_blind: Digest
    sheet: Digest
    statement: dict[str, Any]

    def raw(self) -> bytes:
        """The statement's own bytes."""
        return canonical.encode(self.statement)


class OpeningRow(Record):
    """A disclosed private field of a disclosed statement."""

    index: Index
    path: str
    value: Any
    blind: Digest

    def opening(self) -> Opening:
        """What the commitment is checked against."""
        return Opening(
            path=self.path, value=self.value, blind=bytes.fromhex(self.blind)
        )


@dataclass(frozen=True, slots=True)
class MediaName:
    """Which sealed frame a media part is, or whose manifest."""

    seal: str
    frame: int
    sidecar: bool = False


def index_of(parts: Sequence[Part], about: "BundleIndex") -> BundleIndex:
    """The index of some parts; all but the parts is taken from `about`."""
    rows = tuple(
        PartRow.model_validate(
            {
                "name": part.name,
                "length": len(part.content),
                "digest": sha256_hex(part.content),
            }
        )
        for part in parts
    )
    return about.model_copy(update={"parts": rows})


def print_rows(rows: Iterable[Record]) -> bytes:
    """Rows as JSON lines."""
    return canonical.lines(dump(row) for row in rows)


def parse_rows(model: type[Row], raw: bytes) -> tuple[Row, ...]:
    """Rows of JSON lines; any other form is refused.

    Raises:
        MalformedRecordError: with the field.
    """
    return tuple(parse_model(model, line) for line in split_lines(raw))


def split_lines(raw: bytes) -> list[bytes]:
    """Lines without their newlines; an unfinished one is refused."""
    if not raw:
        return []
    if not raw.endswith(b"\n"):
        raise MalformedRecordError(
            "a newline at the end of each line",
            met="an unfinished last line",
            advice="Ask for the bundle again.",
        )
    return raw[:-1].split(b"\n")


def blob_name(digest: str) -> str:
    """The name of a blob's part."""
    return f"blobs/{digest}"


def media_name(seal: str, frame: int, content: bytes) -> str:
    """The name of a sealed frame's part; its suffix is what its bytes say.

    The manifest that lies beside a frame has the frame's name and its own suffix.

    Raises:
        AlteredEvidenceError: of no kind that is sealed.
    """
    for at, magic, suffix in _SUFFIXES:
        if content.startswith(magic, at):
            return f"media/{seal}/{frame}.{suffix}"
    raise AlteredEvidenceError(
        "a sealed frame (PNG, JPEG, TIFF, WebP, OpenEXR, DPX), or its manifest",
        met="another kind of file",
        advice="Restore the frame's file from a copy.",
        frame=frame,
    )


def sidecar_name(seal: str, frame: int) -> str:
    """The name of the part that is the manifest beside a frame."""
    return f"media/{seal}/{frame}.{_SIDECAR}"


def parse_media_name(name: str) -> MediaName | None:
    """The sealed frame that a part's name means; `None` for other parts."""
    found = _MEDIA.fullmatch(name)
    if found is None:
        return None
    return MediaName(found[1], int(found[2]), found[3] == _SIDECAR)
