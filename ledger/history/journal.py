"""What a log has said so far, kept so that every earlier checkpoint can be asked.

The rules are in `ledger.history.current`; this is the memory under them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from ledger.errors import MalformedRecordError
from ledger.records.identity import StatementId
from ledger.records.statement import Verb, family


class State(StrEnum):
    """Where a statement stands; all but `CURRENT` are final."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


NO_SCOPE: Final[Mapping[str, object]] = MappingProxyType({})


# A dataclass, too, for `dataclasses.replace`; nothing of it is generated.
@dataclass(init=False, repr=False, eq=False, match_args=False)
class EntryHead(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The part of an entry that decides what is current.

    One is kept for each entry of a log: quickly made, and nothing for the collector of
    garbage to walk through, as it refers to nothing that could refer to it.

    Attributes:
        index: position in the log, from 0.
        verb: `None` when the statement does nothing to another; then `of` is too.
        of: the target's id.
        scope: what the statement is about, for the caller; the fold does not look.
    """

    index: int
    id: StatementId
    kind: str
    verb: Verb | None = None
    of: StatementId | None = None
    scope: Mapping[str, object] = NO_SCOPE

    def __post_init__(self) -> None:
        if (self.verb is None) != (self.of is None):
            raise MalformedRecordError(
                "an act with both a verb and a target, or no act",
                met="one of the two",
                advice="Give /act/verb and /act/of, or leave /act out.",
                where="/act",
                index=self.index,
            )

    def __hash__(self) -> int:
        return hash((self.index, self.id, self.kind, self.verb, self.of))


@dataclass(slots=True)
class Journal:
    """What is known of a log, append-only; positions are indices of entries.

    Every `History` of the same log shares one journal and looks only at what lies
    before its own size: nothing that is appended later changes an earlier answer.

    Attributes:
        lineage: for each entry the position of its lineage's first entry.
        replaced_at: position of the act that ended a statement's being current.
        members: by lineage, the positions of its entries, ascending; of a lineage with
            a single entry nothing is kept, as most have no more.
        disputes: by lineage, the lineages of the disputes against it, ascending.
        ended_at: by lineage of a dispute, the position of what ended it.
    """

    heads: list[EntryHead] = field(default_factory=list)
    positions: dict[StatementId, int] = field(default_factory=dict)
    lineage: list[int] = field(default_factory=list)
    replaced_at: dict[int, int] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=dict)
    disputes: defaultdict[int, list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )
    ended_at: dict[int, int] = field(default_factory=dict)

    def append(self, head: EntryHead) -> None:
        """Take in a head that `check` has passed."""
        at = len(self.heads)
        root = at
        if head.of is not None:
            target = self.positions[head.of]
            if head.verb == "dispute":
                self.disputes[self.lineage[target]].append(at)
            else:
                root = self.lineage[target]
                self.replaced_at[target] = at
                self._end_dispute(root, head, at)
        self.heads.append(head)
        self.positions[head.id] = at
        self.lineage.append(root)
        if root != at:
            self.members.setdefault(root, [root]).append(at)

    def members_of(self, root: int) -> Sequence[int]:
        """The positions of a lineage's entries, ascending."""
        return self.members.get(root) or (root,)

    def _end_dispute(self, root: int, head: EntryHead, at: int) -> None:
        decided = head.verb == "supersede" and family(head.kind) == "decision"
        if self.heads[root].verb == "dispute" and (decided or head.verb == "withdraw"):
            self.ended_at.setdefault(root, at)


def state_after(verb: Verb | None) -> State:
    """Where the verb of an act leaves its target."""
    match verb:
        case "supersede":
            return State.SUPERSEDED
        case "correct":
            return State.CORRECTED
        case "withdraw":
            return State.WITHDRAWN
        case "dispute" | None:  # neither replaces anything
            return State.CURRENT


def told(heads: Iterable[EntryHead]) -> Journal:
    """Take in heads that `check` has passed before."""
    journal = Journal()
    for head in heads:
        journal.append(head)
    return journal
