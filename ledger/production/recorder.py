"""Stating things: vault, outbox, submission, in that order (protocol 9).

1. Private values go into the vault, durable. 2. Blobs were put before. 3. Statements
and sheet go into the outbox, durable. 4. They are submitted. 5. The answer clears the
outbox. Whatever fails in between is repeated from the outbox: nothing is lost, and a
commitment never stands in the log without its value known to the vault.

With the ledger out of reach, 4 and 5 wait: work goes on, and whoever states something
next, or `jangbu spool`, submits what waits, in order and before anything else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import Opening, Place, blind_at, commit, machine_key
from ledger.encoding.sheet import MAX_IDS, Sheet, key_id_of, sign_sheet
from ledger.encoding.statement import STUDIO, Composed, Draft, KeptValue, compose
from ledger.errors import JangbuError, StoreFullError, StoreUnavailableError
from ledger.keys.folder import KeyFolder
from ledger.parcel import Parcel
from ledger.ports import Clock, Lease, Port, Receipt, Refusal, Submission
from ledger.production.reach import Reach
from ledger.records.identity import (
    as_key_id,
    as_origin,
    as_statement_id,
    as_uid,
    instant_from,
)
from ledger.store.blobs import BlobFolder
from ledger.store.outbox import Outbox, SpoolFullError
from ledger.vault.vault import Vault

Asked = TypeVar("Asked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """States what a production has to say.

    Attributes:
        port: the log; `None` while working offline: parcels wait in the outbox.
        signers: signing keys by name (`studio`, `pipeline`, `party-<uid>`).
        reach: whether the ledger was waited for in vain.
    """

    log: str
    org: str
    keys: KeyFolder
    vault: Vault
    outbox: Outbox
    blobs: BlobFolder
    port: Port | None
    clock: Clock
    signers: Mapping[str, Ed25519PrivateKey]
    reach: Reach = field(default_factory=Reach)

    # --- the port's calls, which also work offline --------------------------------

    def claim(self, work: str, holder: str, seconds: int) -> Lease:
        """Ask for a piece of work; offline nobody can be asked, so it is granted."""
        granted = Lease(work=work, holder=holder, granted=True, expires_at="")
        return self._ask(lambda port: port.claim(work, holder, seconds), granted)

    def put(self, content: bytes) -> str:
        """Keep bytes beside the log; the folder needs no database."""
        return self.blobs.put(content)

    def locate(self, kind: str, key: str) -> Receipt | None:
        """The receipt of a statement; `None` also while the ledger is out of reach."""
        return self._ask(lambda port: port.locate(kind, key), None)

    # --- composing ---------------------------------------------------------------

    def machine_key(self, kind: str, natural: JsonValue) -> str:
        """The key of a statement that is derived from facts."""
        secret = self.keys.blinding_key(STUDIO)
        return machine_key(secret, self.log, kind, natural)

    def hide(
        self, kind: str, key: str, path: str, value: JsonValue
    ) -> tuple[str, KeptValue]:
        """Commit a private value of a leaf: its commitment, and what to keep."""
        place = Place(log=self.log, kind=kind, key=key)
        blind = blind_at(self.keys.blinding_key(STUDIO), place, path)
        opening = Opening(path=path, value=value, blind=blind)
        return commit(opening, place), KeptValue(opening=opening, key_ref=STUDIO)

    def keep_values(self, statement: str, kept: Sequence[KeptValue]) -> None:
        """Keep private values of a statement's leaves in the vault."""
        if kept:
            self.vault.keep_values(statement, kept)

    def compose(self, draft: Draft) -> Composed:
        """Commit a draft's private values; nothing is kept yet."""
        return compose(draft, self.keys.blinding_key)

    def parcel(self, composed: Sequence[Composed], signer: str) -> Parcel:
        """Keep private values and sign a sheet over the statements.

        Raises:
            StoreError: the vault could not keep the values; nothing was signed.
        """
        self.vault.keep(*composed)
        key = self.signers[signer]
        sheet = Sheet(
            log=as_origin(self.log),
            org=as_uid(self.org),
            key_id=as_key_id(key_id_of(key.public_key().public_bytes_raw())),
            signed_at=instant_from(self.clock.now()),
            ids=tuple(as_statement_id(one.id) for one in composed),
        )
        return Parcel(
            sheet=sign_sheet(sheet, key), statements=tuple(map(submission_of, composed))
        )

    def record(self, composed: Sequence[Composed], signer: str) -> list[Receipt]:
        """State something; receipts, or none while the ledger is out of reach.

        Raises:
            JangbuError: the first refusal; what was accepted before it stays.
        """
        receipts: list[Receipt] = []
        for start in range(0, len(composed), MAX_IDS):
            parcel = self.parcel(composed[start : start + MAX_IDS], signer)
            receipts += self.send(parcel)
        return receipts

    def send(self, parcel: Parcel) -> list[Receipt]:
        """Put a parcel into the outbox and submit all that waits there, in order.

        What waits longer goes first: statements rely on earlier ones.

        Raises:
            JangbuError: the first refusal of this parcel, or the log is damaged.
            StoreFullError: nothing of it was stored; it is not in the outbox either.
            SpoolFullError: the same, as too much waits already.
        """
        path = self._added(parcel)
        try:
            return self._ask(lambda port: self._submitted(port, path, parcel), [])
        except StoreFullError:
            self.outbox.done(path)  # refused as a whole: the caller keeps its work
            raise

    def flush(self) -> list[JangbuError]:
        """Submit what waits in the outbox, oldest first; the refusals met.

        Raises:
            StoreUnavailableError: the ledger is still out of reach.
        """
        if self.port is None:
            return []
        since = self.reach.seconds()
        try:
            refused = self._submit_waiting(self.port)
        except StoreUnavailableError:
            self.reach.waited(since)
            raise
        self.reach.answered()
        return refused

    def _ask(self, call: Callable[[Port], Asked], otherwise: Asked) -> Asked:
        """Ask the ledger, unless it is out of reach: then work goes on without."""
        if self.port is None or not self.reach.worth_asking():
            return otherwise
        since = self.reach.seconds()
        try:
            return call(self.port)
        except StoreUnavailableError:
            self.reach.waited(since)
            return otherwise

    def _added(self, parcel: Parcel) -> Path:
        try:
            return self.outbox.add(parcel)
        except SpoolFullError:
            # With the ledger in reach, what waits makes room first.
            if self.port is None or not self._ask(self._emptied, otherwise=False):
                raise
            return self.outbox.add(parcel)

    def _emptied(self, port: Port) -> bool:
        self._submit_waiting(port)
        return True

    def _submitted(self, port: Port, path: Path, parcel: Parcel) -> list[Receipt]:
        self._submit_waiting(port, before=path)
        answers = port.submit(parcel.sheet, parcel.statements)
        refused = self._settle(path, answers)
        if refused:
            raise refused[0]
        return [one for one in answers if isinstance(one, Receipt)]

    def _submit_waiting(
        self, port: Port, before: Path | None = None
    ) -> list[JangbuError]:
        refused: list[JangbuError] = []
        for path, parcel in self.outbox.pending():
            if before is not None and path >= before:
                break
            refused += self._settle(path, port.submit(parcel.sheet, parcel.statements))
        return refused

    def _settle(
        self, path: Path, answers: Sequence[Receipt | Refusal]
    ) -> list[JangbuError]:
        refusals = [one for one in answers if isinstance(one, Refusal)]
        if refusals:
            self.outbox.refused(path, refusals)
        else:
            self.outbox.done(path)
        return [one.error for one in refusals]


def submission_of(composed: Composed) -> Submission:
    """A composed statement as it is submitted."""
    return Submission(
        raw=composed.raw, blind=composed.blind, by_blind=composed.by_blind
    )
