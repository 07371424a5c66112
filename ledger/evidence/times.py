"""When outsiders saw a log: what time tokens of a bundle show, as data and in words."""

from dataclasses import dataclass
from datetime import UTC, datetime

from ledger.encoding.canonical import JsonValue
from ledger.keys.token_check import TokenReading, TokenState


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTime:
    """The log had the entries [0, size) at `at` or before.

    Attributes:
        name: what the token is filed under; the authority's own name stands in
            `reading` and means something only where it is trusted.
    """

    size: int
    name: str
    at: datetime
    reading: TokenReading

    @property
    def trusted(self) -> bool:
        """Whether the reader's own roots vouch for the authority."""
        return self.reading.state is TokenState.TRUSTED

    @property
    def text(self) -> str:
        """The same in words."""
        moment = _utc(self.at)
        entries = f"the first {self.size} entries"
        if self.trusted:
            return f"{entries} were there at {moment} or before, says {self.name}"
        return f"{entries}: a token of {moment}, by an authority that you do not list"

    def to_json(self) -> dict[str, JsonValue]:
        """The same as a document."""
        return {
            "size": self.size,
            "name": self.name,
            "at": _utc(self.at),
            "state": self.reading.state.value,
        }


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
