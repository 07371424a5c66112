"""The kinds that this version knows, and what each demands of its envelope.

Unknown kinds are refused at admission and kept as opaque bytes when read, so that an
older reader can still check a newer log.
"""

from dataclasses import dataclass
from typing import Final

from ledger.errors import UnknownKindError
from ledger.records import authority, frames, making
from ledger.records.statement import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """What a kind demands.

    Attributes:
        body: model of its body.
        timed: whether `at` must be given; kinds that machines derive have none.
        scope: members of the scope that must be given; no others may be.
        acts: whether it may supersede, correct, withdraw or dispute.
    """

    body: type[Record]
    timed: bool = False
    scope: frozenset[str] = frozenset()
    acts: bool = True


SHOT: Final = frozenset({"shot"})
SHOT_RANGE: Final = frozenset({"shot", "range"})

KINDS: Final[dict[str, KindRule]] = {
    "genesis.1": KindRule(body=authority.Genesis, acts=False),
    "key.1": KindRule(body=authority.Key),
    "delegation.1": KindRule(body=authority.Delegation),
    "party.1": KindRule(body=authority.Party),
    "erasure.1": KindRule(body=authority.Erasure, acts=False),
    "shot.1": KindRule(body=making.Shot, scope=SHOT),
    "element.1": KindRule(body=making.Element, scope=frozenset({"element"})),
    "asset.1": KindRule(body=making.Asset),
    "generation.1": KindRule(body=making.Generation, timed=True),
    "run.1": KindRule(body=making.Run, scope=SHOT_RANGE),
    "version.1": KindRule(body=making.Version, scope=SHOT_RANGE),
    "frame.set.1": KindRule(body=frames.FrameSet, scope=SHOT_RANGE),
    "seal.set.1": KindRule(body=frames.SealSet, scope=SHOT_RANGE),
}


def rule_for(kind: str) -> KindRule:
    """What a kind demands.

    Raises:
        UnknownKindError: this version does not know the kind.
    """
    rule = KINDS.get(kind)
    if rule is None:
        raise UnknownKindError(
            "a kind that this version knows (docs/specs/kinds.md)",
            met=kind,
            advice="Submit it with a version of Jangbu that knows the kind.",
            where="/kind",
        )
    return rule
