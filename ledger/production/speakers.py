"""Who signed a statement: from its sheet's key and the log before it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.encoding.sheet import parse_envelope
from ledger.encoding.statement import Checked
from ledger.history.authority import Authority
from ledger.history.film import Speaker
from ledger.ports import LogReader, OpeningReader
from ledger.production.current import opened


@dataclass(slots=True)
class Speakers:
    """Speakers of statements, asked in the order of the log.

    Attributes:
        authority: who may state what before the statement that is asked for next.
    """

    reader: LogReader
    vault: OpeningReader
    authority: Authority = field(default_factory=Authority)
    _key_of: dict[str, str] = field(default_factory=dict)
    _known: dict[str, Speaker] = field(default_factory=dict)

    def advance(self, statement: str, said: Checked, index: int) -> None:
        """Go past a statement that decides about keys."""
        self.authority = self.authority.advance(statement, said, index)
        self._known.clear()

    def of(self, sheet: str) -> Speaker:
        """Who signed a sheet, by its digest, with what they may state now."""
        key_id = self._key_of.get(sheet)
        if key_id is None:
            # Admission verified the signature; fsck does it again.
            key_id = parse_envelope(self.reader.sheet(sheet)).key_id
            self._key_of[sheet] = key_id
        if key_id not in self._known:
            self._known[key_id] = self._speaker(key_id)
        return self._known[key_id]

    def _speaker(self, key_id: str) -> Speaker:
        authority = self.authority
        if key_id in authority.roots:
            return Speaker(
                key_id=key_id, party=authority.studio, root=True, machine=False
            )
        newest = authority.spoken_by.get(key_id)
        party = opened(self.vault, newest, "/body/party") if newest else None
        delegated = frozenset(self._delegated(key_id))
        return Speaker(
            key_id=key_id,
            party=party if isinstance(party, str) else None,
            root=False,
            machine="frame.set" in delegated,
            delegated=delegated,
        )

    def _delegated(self, key_id: str) -> Iterator[str]:
        delegation = self.authority.delegation_of(key_id)
        if delegation is not None:
            for grant in self.authority.delegations[delegation].grants:
                if "state" in grant.verbs:
                    yield grant.kind
