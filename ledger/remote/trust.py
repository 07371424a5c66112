"""What a client checks of a service's answers before it believes them.

1. Every checkpoint is signed by the log's own key, as the production knows it.
2. What a receipt says lies under its checkpoint: the leaf's inclusion proof holds.
3. Of a statement that was admitted just now, the leaf is the entry that follows from
   the statement, its sheet and the admission time, hashed here. Of an earlier one the
   sheet may be another, which only the log has.
4. The receipt is about the statement that was asked about.
5. The log does not shrink, nor does it show two roots at one size, while this client
   looks on.

None of this shows that others are told the same: witnesses do.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger.encoding.commitment import statement_id
from ledger.encoding.digest import sha256_hex
from ledger.encoding.entry import by_commitment, encode_entry, project
from ledger.encoding.statement import check
from ledger.errors import ConsistencyError, InclusionError, RollbackError
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.note import Verifier
from ledger.log.proof import verify_inclusion
from ledger.log.tree import leaf_hash
from ledger.ports import Receipt, Submission
from ledger.remote.problem import no_answer
from ledger.remote.wire import ProvenReceipt


@dataclass(slots=True, kw_only=True)
class Trust:
    """What one client holds a service to; safe to share between threads.

    Attributes:
        log: origin of the log.
        verifiers: the keys that may sign its checkpoints.
    """

    log: str
    verifiers: Sequence[Verifier]
    _newest: Checkpoint | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def size(self) -> int:
        """Entries of the largest checkpoint that was shown so far."""
        with self._lock:
            return self._newest.size if self._newest else 0

    def opened(self, note: bytes, at_least: int) -> Checkpoint:
        """A checkpoint, once it may be believed.

        Args:
            note: as it came.
            at_least: what was shown before the question was asked.

        Raises:
            CheckpointError: the log's key did not sign it.
            RollbackError: the log was larger before.
            ConsistencyError: it had another root at this size.
        """
        point = open_checkpoint(note, self.verifiers, self.log)
        if point.size < at_least:
            raise RollbackError(
                f"a log with at least the {at_least} entries shown before",
                met=f"{point.size}",
                advice="Keep both checkpoints, and ask whoever runs the service.",
                size=at_least,
            )
        with self._lock:
            newest = self._newest
            if newest and newest.size == point.size and newest.root != point.root:
                raise ConsistencyError(
                    "one root at one size",
                    met="two, both signed",
                    advice="Keep both checkpoints: together they are evidence.",
                    old_size=point.size,
                    new_size=point.size,
                )
            if newest is None or newest.size < point.size:
                self._newest = point
        return point

    def proven(self, one: ProvenReceipt, at_least: int) -> Receipt:
        """A receipt whose leaf lies under its checkpoint.

        Raises:
            LogError: checkpoint or proof do not hold.
        """
        receipt = one.receipt
        point = self.opened(receipt.checkpoint.encode(), at_least)
        verify_inclusion(
            bytes.fromhex(receipt.leaf),
            receipt.index,
            point.size,
            one.proof,
            point.root,
        )
        return receipt

    def admitted(
        self,
        one: ProvenReceipt,
        submission: Submission,
        sheet: bytes,
        at_least: int,
    ) -> Receipt:
        """A receipt for a statement that was submitted with a sheet.

        Raises:
            UntrustedAnswerError: it is about another statement.
            LogError: checkpoint, proof or leaf do not hold.
        """
        receipt = self.proven(one, at_least)
        if receipt.id != statement_id(submission.blind, submission.raw):
            raise no_answer("a receipt for another statement")
        if receipt.new and receipt.leaf not in _leaves(receipt, submission, sheet):
            raise InclusionError(
                "the entry that follows from the statement and its sheet",
                met="another leaf",
                advice="Do not rely on this service; keep the receipt as evidence.",
                index=receipt.index,
            )
        return receipt


def _leaves(receipt: Receipt, submission: Submission, sheet: bytes) -> set[str]:
    """The leaves that this admission can have made, with the clock running or held."""
    said = check(submission.raw)
    by = by_commitment(sha256_hex(sheet), submission.by_blind, said.place)
    return {
        leaf_hash(
            encode_entry(
                project(
                    said.statement,
                    statement_id=receipt.id,
                    by=by,
                    at=receipt.at,
                    held=held,
                )
            )
        ).hex()
        for held in (False, True)
    }
