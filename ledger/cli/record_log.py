"""The log for `pipeline.recording`: what is current, and who said what."""

from ledger.encoding.entry import parse_entry
from ledger.encoding.sheet import key_id_of, parse_envelope
from ledger.history.authority import Authority
from ledger.history.current import History
from ledger.production.current import history_of, opened
from ledger.production.opening import Production
from ledger.production.party_keys import public_key_of
from ledger.records.identity import as_statement_id


class ProductionLog:
    """Implements `pipeline.recording.acts.Log` on an opened production.

    Whose statement it is, admission decides in the same way.
    """

    def __init__(self, production: Production, authority: Authority) -> None:
        self._production = production
        self._authority = authority
        self._reader = production.reader()
        self._history = history_of(self._reader)

    @property
    def history(self) -> History:
        """What is current."""
        return self._history

    def id_at(self, index: int) -> str | None:
        """The statement of an entry; `None` if the log has no such entry."""
        if not 0 <= index < self._history.size:
            return None
        (raw,) = self._reader.entries(index, index + 1)
        return parse_entry(raw).id

    def said_by(self, statement: str) -> str | None:
        """The party whose key signed a statement; `None` if that was erased."""
        index = self._history.head(as_statement_id(statement)).index
        (stored,) = self._reader.statements(index, index + 1)
        envelope = parse_envelope(self._reader.sheet(stored.sheet))
        return self._party(envelope.key_id)

    def spoken_for(self, signer: str) -> str | None:
        """The party that a key speaks for, by the key's name."""
        return self._party(key_id_of(public_key_of(self._production, signer)))

    def _party(self, key_id: str) -> str | None:
        if key_id in self._authority.owners:
            return self._authority.studio
        delegation = self._authority.spoken_by.get(key_id)
        vault = self._production.vault
        party = opened(vault, delegation, "/body/party") if delegation else None
        return party if isinstance(party, str) else None
