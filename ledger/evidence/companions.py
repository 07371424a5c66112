"""Parts of a bundle that come from outside the log, or that only explain.

In this order, after the openings and before the blobs; each may be absent:

    custody.json            who took the bundle out of which system, and when
    readme.md, verify.py    for whoever has nothing but Python
    cosigned/<size>         a checkpoint with the signatures of witnesses
    consistency/<size>      proof that the log grew out of that checkpoint
    notes/<size>            an earlier checkpoint as the log signed it
    tokens/<size>/<name>.tsr  a time authority's answer about such a note, or about
                            the newest

Sizes have 20 digits, so that names sort as numbers do.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from ledger.errors import AlteredEvidenceError
from ledger.evidence.archive import Part

CUSTODY: Final = "custody.json"
README: Final = "readme.md"
VERIFIER: Final = "verify.py"
SINGLE: Final = (CUSTODY, README, VERIFIER)

Token: TypeAlias = tuple[int, str]
"""Size of the checkpoint, and the authority's name."""

_SIZED = re.compile(r"(cosigned|consistency|notes)/([0-9]{20})")
_TOKEN = re.compile(r"tokens/([0-9]{20})/([a-z0-9][a-z0-9.-]{0,63})\.tsr")
_GROUPS: Final = ("cosigned", "consistency", "notes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Companions:
    """These parts, taken apart; nothing in them is believed yet.

    Attributes:
        single: by name.
        cosigned: checkpoint notes by size.
        consistency: proofs by the size of the earlier checkpoint.
        notes: checkpoint notes by size.
        tokens: raw RFC 3161 responses.
    """

    single: Mapping[str, bytes] = field(default_factory=dict)
    cosigned: Mapping[int, bytes] = field(default_factory=dict)
    consistency: Mapping[int, bytes] = field(default_factory=dict)
    notes: Mapping[int, bytes] = field(default_factory=dict)
    tokens: Mapping[Token, bytes] = field(default_factory=dict)

    def parts(self) -> Iterator[Part]:
        """The parts in the order of the archive."""
        for name in SINGLE:
            if name in self.single:
                yield Part(name, self.single[name])
        for group in _GROUPS:
            for size, content in sorted(self._sized(group).items()):
                yield Part(f"{group}/{size:020d}", content)
        for (size, name), content in sorted(self.tokens.items()):
            yield Part(f"tokens/{size:020d}/{name}.tsr", content)

    def _sized(self, group: str) -> Mapping[int, bytes]:
        match group:
            case "cosigned":
                return self.cosigned
            case "consistency":
                return self.consistency
            case _:
                return self.notes


def read_companions(parts: Sequence[Part]) -> Companions:
    """Take such parts out of others, which stay unread.

    Raises:
        AlteredEvidenceError: they do not stand in their order.
    """
    single: dict[str, bytes] = {}
    sized: dict[str, dict[int, bytes]] = {group: {} for group in _GROUPS}
    tokens: dict[Token, bytes] = {}
    met: list[str] = []
    for part in parts:
        if part.name in SINGLE:
            single[part.name] = part.content
        elif found := _SIZED.fullmatch(part.name):
            sized[found[1]][int(found[2])] = part.content
        elif found := _TOKEN.fullmatch(part.name):
            tokens[int(found[1]), found[2]] = part.content
        else:
            continue
        met.append(part.name)
    companions = Companions(single=single, tokens=tokens, **sized)
    if met != [part.name for part in companions.parts()]:
        raise AlteredEvidenceError(
            "companions of the log in the order of docs/specs/bundle.md",
            met="another order",
            advice="The bundle was changed or damaged: ask for it again.",
            where="bundle",
        )
    return companions
