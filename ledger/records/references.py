"""References to what lies outside the statement: frames, pictures, other logs.

Each checks its members when it is made and raises `MalformedRecordError` with the
field.
"""

import unicodedata
from dataclasses import dataclass

from ledger.errors import MalformedRecordError
from ledger.records.identity import (
    VIEWS,
    Day,
    Digest,
    Origin,
    Uid,
    View,
    as_day,
    as_digest,
    as_origin,
    as_uid,
    refusal,
)
from ledger.records.integers import as_integer

_LONGEST_CODE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameRef:
    """One frame of a shot, or of a take that a generator made.

    Attributes:
        shot: `None` when the frame belongs to a take; never both, never neither.
        take: `None` when the frame belongs to a shot.
        view: the eye of a stereo shot; `screen` for a picture with one view.
        frame: number on the shot's or take's own count; may be negative.
    """

    shot: Uid | None = None
    take: Uid | None = None
    view: View = "screen"
    frame: int

    def __post_init__(self) -> None:
        if (self.shot is None) == (self.take is None):
            raise MalformedRecordError(
                "a frame of either a shot or a take",
                met="neither" if self.shot is None else "both",
                advice="Name the one that the frame belongs to.",
                where="/shot",
            )
        if self.shot is not None:
            as_uid(self.shot, "/shot")
        if self.take is not None:
            as_uid(self.take, "/take")
        if self.view not in VIEWS:
            raise refusal("a view: left, right or screen", self.view, "/view")
        as_integer(self.frame, "/frame")


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRef:
    """One picture in a file: a MOV is one file with many, an EXR may have parts.

    Attributes:
        file: digest of the file's original bytes.
        part: track or part within the file, from 0.
        index: picture within the part, from 0, in the order of presentation.
    """

    file: Digest
    part: int = 0
    index: int = 0

    def __post_init__(self) -> None:
        as_digest(self.file, "/file")
        as_integer(self.part, "/part", least=0)
        as_integer(self.index, "/index", least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossLogRef:
    """An entry of another log, in terms which that log cannot take back.

    Attributes:
        leaf: leaf hash of the entry.
        checkpoint: digest of a signed checkpoint of that log that covers it.
    """

    origin: Origin
    index: int
    leaf: Digest
    checkpoint: Digest

    def __post_init__(self) -> None:
        as_origin(self.origin, "/origin")
        as_integer(self.index, "/index", least=0)
        as_digest(self.leaf, "/leaf")
        as_digest(self.checkpoint, "/checkpoint")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotAlias:
    """What editorial calls a shot from a day on ("SQ010_0040").

    The shot is its uid; codes are renamed, split and merged weekly, and may carry
    a spoiler, so an alias is for people and never an identity.
    """

    code: str
    since_on: Day

    def __post_init__(self) -> None:
        as_day(self.since_on, "/since_on")
        code: object = self.code
        if not isinstance(code, str) or not _is_code(code):
            raise refusal(
                f"a code: 1 to {_LONGEST_CODE} visible characters in NFC, no spaces "
                "around it",
                code,
                "/code",
            )


def _is_code(code: str) -> bool:
    return (
        0 < len(code) <= _LONGEST_CODE
        and code.isprintable()
        and code == code.strip()
        and unicodedata.is_normalized("NFC", code)
    )
