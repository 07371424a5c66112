"""Opening a proof: whose log it is of, and which checkpoint it leads to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ledger.errors import AlteredEvidenceError
from ledger.evidence.proofs.authorities import open_authorities, origin_of
from ledger.evidence.proofs.forms import Proof
from ledger.evidence.proofs.verdict import ProofVerdict
from ledger.evidence.trust import TrustFile
from ledger.evidence.verdict import Origin
from ledger.history.authority import Authority
from ledger.history.log_keys import LogKeys
from ledger.log.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from ledger.log.note import Verifier, parse_note


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the reader has apart from the proof.

    Attributes:
        trust: the log's trust file; `None` if there is none.
        log_vkeys: further verifier keys of the log.
        log_keys: origin and keys of a log whose rotations were followed from the
            genesis that the trust file lists.
        signers: raw public keys by key id.
        entry: the entry's bytes, if a bundle does not bring them.
    """

    trust: TrustFile | None = None
    log_vkeys: Sequence[Verifier] = ()
    log_keys: tuple[str, LogKeys] | None = None
    signers: Mapping[str, bytes] = field(default_factory=dict)
    entry: bytes | None = None


def opened_checkpoint(note: bytes, known: Known) -> tuple[Checkpoint, Origin]:
    """A checkpoint that brings no genesis: only the reader knows its log's keys."""
    claimed = parse_checkpoint(parse_note(note).text)
    if known.log_keys is not None and known.log_keys[0] == claimed.origin:
        return known.log_keys[1].open(note, claimed.origin), Origin.KNOWN
    verifiers = [one for one in known.log_vkeys if one.name == claimed.origin]
    if known.trust is not None and known.trust.log == claimed.origin:
        verifiers += map(Verifier.from_vkey, known.trust.log_vkeys)
    if not verifiers:
        return claimed, Origin.UNKNOWN
    return open_checkpoint(note, set(verifiers), claimed.origin), Origin.KNOWN


@dataclass(frozen=True, slots=True)
class OpenedProof:
    """A document whose keys and checkpoint hold."""

    verdict: ProofVerdict
    checkpoint: Checkpoint
    after: Sequence[tuple[int, Authority]]

    @property
    def last(self) -> Authority:
        """Who may do what after all of these statements."""
        return self.after[-1][1]


def open_proof(proof: Proof, form: str, known: Known) -> OpenedProof:
    """Check the keys, the origin, the checkpoint, and that it holds the keys.

    Raises:
        LedgerError: one of them does not hold.
    """
    log, after = open_authorities(proof.keys)
    last = after[-1][1]
    origin = origin_of(proof.keys[0], after[0][1], log, known.trust)
    checkpoint = last.log_keys.open(proof.checkpoint.encode(), log)
    for one in proof.keys:
        one.check_inclusion(checkpoint)
    verdict = ProofVerdict(form=form, log=log, size=checkpoint.size, origin=origin)
    return OpenedProof(verdict, checkpoint, after)


def altered(expected: str, met: str) -> AlteredEvidenceError:
    """A proof whose parts do not belong together."""
    return AlteredEvidenceError(
        expected,
        met=met,
        advice="Do not rely on this proof; ask for it again from its source.",
    )
