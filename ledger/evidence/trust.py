"""The trust file: what a reader knows of a log before any bundle arrives.

Written by `init` before entry 1 and handed over apart from any bundle; never changed
by us, since whoever can change it can replace the whole history. One file serves for
every bundle of its log, at any checkpoint. docs/specs/trust-file.md is its
specification.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import Field

from ledger.encoding import canonical
from ledger.encoding.models import dump, parse_model
from ledger.errors import (
    AlteredEvidenceError,
    CheckpointError,
    ConflictingRecordError,
    MalformedRecordError,
    UnreadableInputError,
)
from ledger.files import os_error, read_bounded, write_private
from ledger.log.cosignature import Cosigner
from ledger.log.note import Verifier
from ledger.records.authority import Genesis
from ledger.records.identity import Digest, Origin, as_digest
from ledger.records.statement import Record

LARGEST = 1 << 20
MOST_WITNESSES = 16


class TrustFile(Record):
    """What is trusted about one log.

    Attributes:
        log_vkeys: keys that may sign its checkpoints, as C2SP verifier keys under
            the log's own name.
        recovery_vkey: the offline key that signs rotations, under `<log>/recovery`.
        genesis_leaf: leaf hash of entry 0.
        c2pa_roots: certificates (PEM, one each) that frames are signed under.
        witnesses: whose cosignatures count for this reader: C2SP verifier keys of type
            cosignature/v1.
        quorum: how many of them must have cosigned a checkpoint before what it covers
            counts as witnessed; given exactly when there are witnesses.
        time_roots: certificates (PEM, one each) of authorities whose time tokens count
            for this reader; given only if there are any.
    """

    # Not Literal[1]: pydantic takes `true` for it.
    v: int = Field(default=1, ge=1, le=1)
    log: Origin
    log_vkeys: tuple[str, ...] = Field(min_length=1, max_length=16)
    recovery_vkey: str
    genesis_leaf: Digest
    c2pa_roots: tuple[str, ...] = Field(max_length=64)
    witnesses: tuple[str, ...] = Field(default=(), max_length=MOST_WITNESSES)
    quorum: int | None = Field(default=None, ge=1, le=MOST_WITNESSES)
    time_roots: tuple[str, ...] | None = Field(
        default=None, min_length=1, max_length=64
    )

    def to_bytes(self) -> bytes:
        """The one form of the file."""
        return canonical.encode(dump(self))

    def cosigners(self) -> tuple[Cosigner, ...]:
        """The witnesses whose cosignatures count."""
        return tuple(map(Cosigner.from_vkey, self.witnesses))


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIdentity:
    """Whose log a bundle shows, by its own account."""

    log: str
    log_key: bytes
    recovery_key: bytes
    genesis_leaf: str


def trust_for(
    log: Origin, genesis: Genesis, genesis_leaf: bytes, c2pa_roots: Sequence[str]
) -> TrustFile:
    """The trust file of a log whose genesis was just admitted."""
    log_key, recovery_key = (
        bytes.fromhex(key) for key in (genesis.log_key, genesis.recovery_key)
    )
    return TrustFile(
        log=log,
        log_vkeys=(Verifier(name=log, public_key=log_key).to_vkey(),),
        recovery_vkey=_recovery_vkey(log, recovery_key),
        genesis_leaf=as_digest(genesis_leaf.hex()),
        c2pa_roots=tuple(c2pa_roots),
    )


def parse_trust(raw: bytes) -> TrustFile:
    """Read a trust file.

    Raises:
        UnreadableInputError: any other form, or keys that cannot be its log's.
    """
    try:
        if len(raw) > LARGEST:
            raise _unreadable(f"at most {LARGEST} bytes", f"{len(raw)} bytes")
        trust = parse_model(TrustFile, raw)
        _check_names(trust)
        _check_witnesses(trust)
        for root in (*trust.c2pa_roots, *(trust.time_roots or ())):
            _check_certificate(root)
    except (MalformedRecordError, CheckpointError) as error:
        raise _unreadable("a trust file of a log", error.met) from error
    return trust


def read_trust(path: Path) -> TrustFile:
    """Read a trust file from disk; errors as for `parse_trust`, with the path."""
    try:
        return parse_trust(read_bounded(path, LARGEST))
    except UnreadableInputError as error:
        raise _unreadable(error.expected, error.met, str(path)) from error


def write_trust(path: Path, trust: TrustFile) -> None:
    """Write the trust file once; writing the same again does nothing.

    Raises:
        ConflictingRecordError: there is another one, which is never changed.
        StoreFullError, StoreUnavailableError: nothing was written.
    """
    content = trust.to_bytes()
    parse_trust(content)
    try:
        if not path.exists():
            write_private(path, content)
            return
        met = path.read_bytes()
    except OSError as error:
        raise os_error(error, path) from error
    if met != content:
        raise ConflictingRecordError(
            "no trust file yet, or this one",
            met="another one",
            advice="A trust file is never changed: readers hold copies of it. Restore "
            "the production folder that belongs to it.",
            where=str(path),
        )


def with_outsiders(
    trust: TrustFile,
    *,
    witnesses: Sequence[str] = (),
    quorum: int | None = None,
    time_roots: Sequence[str] = (),
) -> TrustFile:
    """A reader's own trust file: the same log, and outsiders who count for the reader.

    Args:
        trust: what was handed over, or made so before.
        witnesses: verifier keys to add; those that are there already stay once.
        quorum: how many; all of them if never said.
        time_roots: certificates (PEM) to add.

    Raises:
        UnreadableInputError: not of their form, or a quorum that cannot be reached.
    """
    listed = tuple(dict.fromkeys((*trust.witnesses, *witnesses)))
    roots = tuple(dict.fromkeys((*(trust.time_roots or ()), *time_roots)))
    asked = quorum or trust.quorum or len(listed) or None
    made = trust.model_copy(
        update={"witnesses": listed, "quorum": asked, "time_roots": roots or None}
    )
    return parse_trust(made.to_bytes())


def check_identity(trust: TrustFile, met: LogIdentity) -> None:
    """Refuse a log that has a listed log's name and is not that log.

    Raises:
        AlteredEvidenceError: log key, recovery key or genesis differ.
    """
    log_vkey = Verifier(name=met.log, public_key=met.log_key).to_vkey()
    checks = (
        ("log key", log_vkey in trust.log_vkeys),
        ("genesis", trust.genesis_leaf == met.genesis_leaf),
        (
            "recovery key",
            trust.recovery_vkey == _recovery_vkey(met.log, met.recovery_key),
        ),
    )
    for name, agrees in checks:
        if not agrees:
            raise AlteredEvidenceError(
                f"the {name} that the trust file lists for this log",
                met="another one",
                advice="Do not rely on this bundle. Ask the production, by another "
                "way than the one that brought it, which log is theirs.",
                where=met.log,
            )


def _recovery_vkey(log: str, key: bytes) -> str:
    return Verifier(name=f"{log}/recovery", public_key=key).to_vkey()


def _check_names(trust: TrustFile) -> None:
    expected = [
        *((vkey, trust.log) for vkey in trust.log_vkeys),
        (trust.recovery_vkey, f"{trust.log}/recovery"),
    ]
    for vkey, name in expected:
        if Verifier.from_vkey(vkey).name != name:
            raise _unreadable(f"a verifier key of {name}", "another key's name")


def _check_witnesses(trust: TrustFile) -> None:
    if (trust.quorum is None) == bool(trust.witnesses):
        raise _unreadable("a quorum where there are witnesses", "one without the other")
    if trust.quorum is not None and trust.quorum > len(trust.witnesses):
        raise _unreadable("a quorum of at most all witnesses", "a larger one")
    # A cosignature does not hold the name: one key under two names would count twice.
    own = (*trust.log_vkeys, trust.recovery_vkey)
    own_keys = {Verifier.from_vkey(vkey).public_key for vkey in own}
    keys = [one.public_key for one in trust.cosigners()]
    if len({*keys, *own_keys}) != len(keys) + len(own_keys):
        raise _unreadable("a key of its own for each witness", "one key twice")


def _check_certificate(pem: str) -> None:
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        printed = certificate.public_bytes(Encoding.PEM).decode()
    except (ValueError, UnicodeEncodeError) as error:
        raise _unreadable("certificates in PEM", "other text") from error
    if printed != pem:
        raise _unreadable("certificates in PEM, one in each text", "another form")


def _unreadable(expected: str, met: str, where: str = "") -> UnreadableInputError:
    return UnreadableInputError(
        expected,
        met=met,
        advice="Ask the production for its trust file again, apart from any bundle.",
        where=where,
    )
