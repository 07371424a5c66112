"""Making proofs out of a production's log, vault and blobs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from ledger.encoding.entry import parse_entry
from ledger.encoding.sheet import parse_envelope
from ledger.encoding.statement import canonical_object, check
from ledger.errors import ConsistencyError, MissingEvidenceError
from ledger.evidence.consistency import prove_growth
from ledger.evidence.counting import tally
from ledger.evidence.proofs.authorities import deciding_statements
from ledger.evidence.proofs.forms import (
    COMPLETE,
    CONSISTENCY,
    FRAME,
    CompleteProof,
    FrameProof,
    GrowthProof,
    LeafProof,
)
from ledger.evidence.proofs.logged import LoggedStatement, hex_digests, log_statement
from ledger.history.log_keys import LogKeys
from ledger.log.checkpoint import Checkpoint
from ledger.log.leaves import read_leaves
from ledger.log.proof import inclusion_proof
from ledger.log.proof_bundle import ProofBundle
from ledger.log.tree import Nodes, leaf_hash
from ledger.ports import BlobReader, LogReader, OpeningReader, StoredStatement
from ledger.records.frames import FrameSet, MeasuredLeaf, SealedLeaf, SealSet
from ledger.records.identity import as_uid
from ledger.records.statement import Leaf, Leaves

Model = TypeVar("Model", bound=Leaf)


@dataclass(frozen=True)
class Prover:
    """Makes proofs of one log at one moment."""

    log: LogReader
    openings: OpeningReader

    @cached_property
    def entries(self) -> list[bytes]:
        """All leaves."""
        return self.log.entries(0, self.log.size())

    @cached_property
    def nodes(self) -> Nodes:
        """The tree over them."""
        return Nodes([leaf_hash(raw) for raw in self.entries])

    def entry(self, index: int) -> bytes:
        """Prove that the log holds an entry: a C2SP proof bundle with the entry in it.

        Raises:
            InclusionError: there is no such entry.
        """
        hashes = inclusion_proof(self.nodes, index, len(self.nodes))
        return ProofBundle(
            index=index,
            hashes=hashes,
            checkpoint=self.log.checkpoint(),
            extra=self.entries[index],
        ).to_bytes()

    def frame(
        self,
        frame: int,
        measured: StoredStatement,
        sealed: Sequence[StoredStatement],
        blobs: BlobReader,
    ) -> bytes:
        """Prove what the log says of one frame, in two steps: leaf to cell to log.

        Args:
            frame: number in its shot.
            measured: the frame.set of its cell.
            sealed: seal.sets of that frame.set.
            blobs: where their leaves are.

        Raises:
            MissingEvidenceError: the cell has no such frame.
            ErasedEvidenceError, AlteredEvidenceError: the production is damaged.
        """
        signers = {self._signer(one) for one in (measured, *sealed)}
        proof = FrameProof(
            form=FRAME,
            checkpoint=self.log.checkpoint().decode(),
            keys=self._keys(signers),
            shot=as_uid(str(check(measured.raw).statement.scope.shot)),
            frame=frame,
            measured=self._leaf(MeasuredLeaf, measured, frame, blobs),
            sealed=tuple(self._leaf(SealedLeaf, one, frame, blobs) for one in sealed),
        )
        return proof.to_bytes()

    def growth(self, older: bytes, keys: LogKeys) -> bytes:
        """Prove that the log still holds all that an older checkpoint promised.

        Args:
            older: a signed note of this log.
            keys: which key signed its checkpoints, by their size.

        Raises:
            CheckpointError: not a checkpoint of this log.
            ConsistencyError: the log does not continue it: keep both.
        """
        before = keys.open(older, self.log.origin)
        self._check_continues(before)
        proof = GrowthProof(
            form=CONSISTENCY,
            checkpoint=self.log.checkpoint().decode(),
            keys=self._keys(()),
            older=older.decode(),
            growth=prove_growth(self.nodes, before.size),
        )
        return proof.to_bytes()

    def complete(self, shots: Iterable[str]) -> bytes:
        """Prove how many records of each kind there are for some shots."""
        asked = sorted(set(shots))
        counted = tally(map(parse_entry, self.entries), asked)
        proof = CompleteProof(
            form=COMPLETE,
            checkpoint=self.log.checkpoint().decode(),
            keys=self._keys(()),
            shots=tuple(as_uid(shot) for shot in asked),
            entries=tuple(map(canonical_object, self.entries)),
            records=counted.to_json(),
        )
        return proof.to_bytes()

    def _check_continues(self, before: Checkpoint) -> None:
        size = len(self.nodes)
        if before.size > size or self.nodes.range_root(0, before.size) != before.root:
            raise ConsistencyError(
                "an older checkpoint that this log continues",
                met="one that it does not",
                advice="Keep both: together they show that the log was rewritten, or "
                "restored from an old backup.",
                old_size=before.size,
                new_size=size,
            )

    def _keys(self, signers: Iterable[str]) -> tuple[LoggedStatement, ...]:
        deciding = deciding_statements(self.log, self.entries, frozenset(signers))
        return tuple(map(self._logged, deciding))

    def _logged(self, stored: StoredStatement) -> LoggedStatement:
        return log_statement(stored, self.nodes, self.log, self.openings)

    def _signer(self, stored: StoredStatement) -> str:
        return parse_envelope(self.log.sheet(stored.sheet)).key_id

    def _leaf(
        self, model: type[Model], stored: StoredStatement, frame: int, blobs: BlobReader
    ) -> LeafProof:
        stated = stated_leaves(check(stored.raw).body)
        raw = blobs.read(stated.blob)
        leaves = read_leaves(model, raw, stated)
        places = [place for place, leaf in enumerate(leaves) if leaf.number == frame]
        if not places:
            raise MissingEvidenceError(
                "a frame that the cell holds",
                met="none with this number",
                advice="Ask for a frame of the version in force.",
                frame=frame,
            )
        rows = raw[:-1].split(b"\n")
        tree = Nodes([leaf_hash(row) for row in rows])
        return LeafProof(
            said=self._logged(stored),
            leaf=canonical_object(rows[places[0]]),
            place=places[0],
            path=hex_digests(inclusion_proof(tree, places[0], len(rows))),
        )


def stated_leaves(body: object) -> Leaves:
    """What a statement says of its frames' leaves.

    Raises:
        MissingEvidenceError: it has none.
    """
    match body:
        case FrameSet(measured=leaves) | SealSet(sealed=leaves):
            return leaves
        case _:
            raise MissingEvidenceError(
                "a statement about the frames of a cell",
                met="another one",
                advice="Ask for a frame of the version in force.",
            )
