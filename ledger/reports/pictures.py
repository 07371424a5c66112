"""What a report shows of pictures; reading and drawing them is the caller's business.

A picture that cannot be shown is shown as such, with the reason.
"""

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from ledger.history.film import Change, Frame
from ledger.records.editing import ChangeLeaf

Absence: TypeAlias = Literal["missing", "altered", "unreadable"]
"""Why a picture is not shown: no such file here; another file than was recorded; no
picture that can be read, or too large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallPicture:
    """A picture made small for a report, or why there is none.

    Attributes:
        content: a JPEG file; `None` if it cannot be shown.
        missing: why; `None` if it is shown.
    """

    content: bytes | None = None
    missing: Absence | None = None


class Pictures(Protocol):
    """Reads pictures by what the log says of them, never by name alone."""

    def source(self, asset: str, index: int, file: str) -> SmallPicture:
        """A file of an asset, by its digest."""
        ...

    def delivered(self, number: int, frame: Frame) -> SmallPicture:
        """A sealed frame, by the digest of its pixels."""
        ...

    def changed(self, change: Change, leaf: ChangeLeaf) -> SmallPicture:
        """The picture after in grey, with the tiles hatched that the edit changed."""
        ...

    def covered(self, number: int, frame: Frame, layer: int) -> SmallPicture:
        """A sealed frame in grey, with the tiles hatched that show a layer."""
        ...
