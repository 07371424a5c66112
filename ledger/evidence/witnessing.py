"""How far outsiders hold the history that a bundle shows: data, and its words."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ledger.encoding.canonical import JsonValue

_CALENDAR_END: Final = 253_402_300_800


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessing:
    """How far outsiders hold the same history.

    Attributes:
        listed: witnesses in the reader's trust file.
        quorum: how many of them the reader asks for; 0 without witnesses.
        size: of the newest checkpoint that so many have cosigned; 0 if none.
        cosigned: name and POSIX seconds of those who cosigned that checkpoint; without
            a quorum, of the checkpoint that most of them cosigned.
        since: size of the checkpoint that the reader holds and that this log
            continues; `None` if none was given, or it does not.
    """

    listed: int = 0
    quorum: int = 0
    size: int = 0
    cosigned: tuple[tuple[str, int], ...] = ()
    since: int | None = None

    @property
    def newest(self) -> int:
        """Entries that outsiders hold: a quorum of witnesses, or the reader."""
        return max(self.size, self.since or 0)

    def text(self, entries: int) -> tuple[str, ...]:
        """The same in words, for a log of so many entries."""
        lines = []
        if self.size:
            count = f"{len(self.cosigned)} of your {self.listed} witnesses"
            lines.append(f"witnessed by {count} (you ask for {self.quorum}):")
            lines += [f"  {name} at {_utc(time)}" for name, time in self.cosigned]
        else:
            lines.append("self-attested:")
            lines.append(self._unwitnessed())
        if self.since is not None:
            lines.append(f"continues the checkpoint of {self.since} that you hold")
        if self.newest and entries > self.newest:
            later = entries - self.newest
            lines.append(f"{later} of {entries} entries are not yet witnessed")
        return tuple(lines)

    def to_json(self, entries: int) -> dict[str, JsonValue]:
        """The same as a document."""
        document: dict[str, JsonValue] = {
            "attested": "witnessed" if self.size else "self",
            "listed": self.listed,
            "quorum": self.quorum,
            "size": self.size,
            "cosigned": [
                {"name": name, "at": _utc(time)} for name, time in self.cosigned
            ],
            "not_yet": entries - self.newest,
        }
        if self.since is not None:
            document["since"] = self.since
        return document

    def _unwitnessed(self) -> str:
        if not self.listed:
            return "no outside witness confirms when these records were made."
        return (
            f"not witnessed by those you trust: {len(self.cosigned)} of "
            f"{self.listed} cosigned one checkpoint, you ask for {self.quorum}."
        )


def _utc(time: int) -> str:
    # A witness may state any time up to 2^63 - 1, and calendars end in the year 9999.
    if time >= _CALENDAR_END:
        return f"second {time}"
    return datetime.fromtimestamp(time, UTC).isoformat().replace("+00:00", "Z")
