"""Entries and what they do to one another (docs/specs/entry.md, decision 1)."""

from dataclasses import dataclass, field
from typing import Any

from ledger.evidence.single.encoding import (
    check_members,
    demand,
    leaf_hash,
    parse_lines,
    parse_object,
)

VERBS = ("supersede", "correct", "withdraw", "dispute")
ROOT_ONLY = ("genesis", "key", "delegation", "rotation", "revocation", "succession")
ALONE = ("genesis", "erasure")


@dataclass
class History:
    """All entries of a log, with what became of each.

    Attributes:
        at: index by id.
        ended: indices of entries that were superseded, corrected or withdrawn.
        first: for each entry the first one of its lineage.
    """

    entries: list[dict[str, Any]]
    leaves: list[bytes]
    at: dict[str, int] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)
    first: list[int] = field(default_factory=list)

    def in_force(self, index: int) -> bool:
        """Whether an entry is current, and no dispute."""
        act = self.entries[self.first[index]].get("act", {})
        mine = self.entries[index].get("act", {})
        return (
            index not in self.ended
            and act.get("verb") != "dispute"
            and mine.get("verb") != "withdraw"
        )


def family(kind: str) -> str:
    """A kind without its version."""
    return kind.rpartition(".")[0]


def read_entries(raw: bytes) -> History:
    """3, 8. Entries in one form, in the order of time; acts and references fold."""
    rows = parse_lines(raw)
    history = History(entries=[], leaves=[leaf_hash(row) for row in rows])
    before = ""
    for row in rows:
        demand(len(row) <= 65_535, "an entry that is too long")
        entry = parse_object(row, "v kind id scope refs by at", "act held")
        demand(entry["v"] == 1 and entry["v"] is not True, "a newer entry")
        now = entry["at"]
        demand(isinstance(now, str) and now >= before, "a time that runs backwards")
        demand("held" not in entry or now == before, "a time held at another")
        before = now
        _take(history, entry)
    return history


def _take(history: History, entry: dict[str, Any]) -> None:
    index = len(history.entries)
    for reference in entry["refs"]:
        demand(reference in history.at, f"entry {index}: relies on what comes later")
    demand(entry["id"] not in history.at, f"entry {index}: comes twice")
    first = index
    if "act" in entry:
        first = _act(history, entry, index)
    history.entries.append(entry)
    history.first.append(first)
    history.at[entry["id"]] = index


def _act(history: History, entry: dict[str, Any], index: int) -> int:
    act = entry["act"]
    check_members(act, "verb of")
    demand(act["verb"] in VERBS, f"entry {index}: an unknown verb")
    target = history.at.get(act["of"])
    demand(target is not None, f"entry {index}: acts on what is not there")
    assert target is not None  # noqa: S101  # for type checkers
    kinds = family(entry["kind"]), family(history.entries[target]["kind"])
    demand(target not in history.ended, f"entry {index}: acts on what has ended")
    marker = history.entries[target].get("act", {}).get("verb") == "withdraw"
    demand(not marker, f"entry {index}: acts on a withdrawal")
    demand(kinds[1] not in ALONE, f"entry {index}: acts on what stands alone")
    if act["verb"] == "dispute":
        return index
    decided = kinds[0] == "decision" and act["verb"] == "supersede"
    demand(kinds[0] == kinds[1] or decided, f"entry {index}: acts on another kind")
    history.ended.add(target)
    return history.first[target]
