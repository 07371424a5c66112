"""A witness: its key, its memory, what it answers, and the evidence that it keeps.

    key.pem              signs; nothing else does
    witness.sqlite       newest and earlier cosigned checkpoints, keys of logs
    evidence/<hash>/     conflicting checkpoints, one file each

It needs no production and reads no entries. The new state is on disk before the
cosignature is made, so a crash can lose an answer and never a memory.
"""

from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import (
    CheckpointError,
    KeyStoreError,
    MissingKeyError,
    UsageError,
)
from ledger.files import make_private_folder, os_error, write_private
from ledger.log.checkpoint import Checkpoint
from ledger.log.conflict import Conflict
from ledger.log.cosignature import Cosigner, cosign
from ledger.log.note import Signature, UnverifiedNote, Verifier
from ledger.log.witness_request import AddCheckpoint, parse_request
from ledger.ports import Clock
from ledger.records.identity import instant_from
from ledger.witness.evidence import EvidenceFolder
from ledger.witness.judging import Accepted, Answer, Known, Refused, judge, refused
from ledger.witness.state import CosignedRow, Pen, WitnessState


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """What a witness knows of one log, for people."""

    origin: str
    vkeys: tuple[str, ...]
    newest: CosignedRow | None
    conflicts: tuple[tuple[Path, Conflict], ...]


@dataclass(frozen=True, kw_only=True)
class Witness:
    """Cosigns checkpoints that continue those it cosigned before."""

    folder: Path
    name: str
    key: Ed25519PrivateKey
    state: WitnessState
    clock: Clock

    # --- making and opening ------------------------------------------------------

    @classmethod
    def create(cls, folder: Path, name: str, clock: Clock) -> "Witness":
        """Make a witness in an absent or empty folder.

        Raises:
            UsageError: the folder holds something: a second state under one key, or a
                second key, would not be this witness.
            CheckpointError: no name for a key.
        """
        key = Ed25519PrivateKey.generate()
        vkey = Cosigner.of(name, key).to_vkey()
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(
                "an absent or empty folder",
                met="one that holds something",
                advice="Choose another folder; a witness is never made anew.",
                where=str(folder),
            )
        try:
            make_private_folder(folder)
            folder.chmod(0o700)
            state = WitnessState(folder / "witness.sqlite")
            state.create(name, vkey)
            # The key last: without it nothing here can be mistaken for a witness.
            write_private(folder / "key.pem", _printed(key))
        except OSError as error:
            raise os_error(error, folder) from error
        return cls(folder=folder, name=name, key=key, state=state, clock=clock)

    @classmethod
    def open(cls, folder: Path, clock: Clock) -> "Witness":
        """Open a witness's folder.

        Raises:
            MissingKeyError, KeyStoreError: no key, or not the one of its memory.
            StoreUnavailableError: no memory; it is never made anew.
        """
        state = WitnessState(folder / "witness.sqlite")
        key = _read_key(folder / "key.pem")
        name, vkey = state.identity()
        if Cosigner.of(name, key).to_vkey() != vkey:
            raise _unusable("the key that this memory belongs to", folder)
        return cls(folder=folder, name=name, key=key, state=state, clock=clock)

    @property
    def vkey(self) -> str:
        """What logs and readers are given."""
        return Cosigner.of(self.name, self.key).to_vkey()

    def add_log(self, vkey: str, *, alone: bool = False) -> str:
        """Cosign for a log from now on; its origin.

        Raises:
            CheckpointError: no verifier key of a log.
        """
        verifier = Verifier.from_vkey(vkey)
        with self.state.writing() as pen:
            pen.trust(verifier.name, vkey, alone=alone)
        return verifier.name

    # --- answering ---------------------------------------------------------------

    def add_checkpoint(self, raw: bytes) -> Answer:
        """Answer a request (C2SP tlog-witness, `add-checkpoint`).

        Raises:
            StoreError: nothing was cosigned.
        """
        try:
            request = parse_request(raw)
        except CheckpointError as error:
            return refused(400, f"expected {error.expected}").answer
        with self.state.writing() as pen:
            decided = judge(request, _known(pen, request.origin))
            held = pen.held(request.origin)
            row = self._dated(pen, decided, request)
            if row is not None:
                pen.remember(request.origin, row)
        # Only here is the new state on disk.
        match decided:
            case Refused():
                self._keep(decided, request, held)
                return decided.answer
            case Accepted() if row is None:
                return Answer(503, "this clock is behind what was signed before\n")
            case Accepted():
                return Answer(200, self._line(row))

    def newest(self, hashed_origin: str) -> bytes | None:
        """The newest cosigned checkpoint of a log, by the hash of its origin."""
        with self.state.reading() as pen:
            row = pen.newest_of(hashed_origin)
        return None if row is None else self._cosigned(row)

    def known(self) -> list[Witnessed]:
        """Every log, with what is held and what was kept as evidence."""
        with self.state.reading() as pen:
            found = [
                (origin, tuple(pen.vkeys(origin)), pen.held(origin))
                for origin in pen.origins()
            ]
        return [
            Witnessed(
                origin=origin,
                vkeys=vkeys,
                newest=held,
                conflicts=tuple(self._evidence.of(origin)),
            )
            for origin, vkeys, held in found
        ]

    def _dated(
        self, pen: Pen, decided: Accepted | Refused, request: AddCheckpoint
    ) -> CosignedRow | None:
        if isinstance(decided, Refused):
            return None
        now = int(self.clock.now().timestamp())
        # A clock that ran backwards: a cosignature says "the newest that I know of at
        # this time", and one for a later time with a smaller tree may be out there.
        if now < max(1, pen.latest_time()):
            return None
        verified = UnverifiedNote(
            text=request.note.text,
            signatures=_known_signatures(request, pen.vkeys(request.origin)),
        )
        note = verified.to_bytes().decode()
        return CosignedRow(text=decided.text, note=note, time=now)

    def _line(self, row: CosignedRow) -> str:
        # Ed25519 is deterministic: text and time in the row are the signature.
        return cosign(row.text, row.time, self.name, self.key).to_line()

    def _cosigned(self, row: CosignedRow) -> bytes:
        return row.note.encode() + self._line(row).encode()

    # --- evidence ----------------------------------------------------------------

    def _keep(
        self, decided: Refused, request: AddCheckpoint, held: CosignedRow | None
    ) -> None:
        if decided.reason is None or held is None:
            return
        against = self._against(decided, request.origin, held)
        self._evidence.keep(
            Conflict(
                origin=request.origin,
                reason=decided.reason,
                held=self._cosigned(against).decode(),
                shown=request.note.to_bytes().decode(),
                old=request.old,
                proof=tuple(one.hex() for one in request.proof),
                found_at=instant_from(self.clock.now()),
            )
        )

    def _against(self, decided: Refused, origin: str, held: CosignedRow) -> CosignedRow:
        if decided.against is None or decided.against.size == held.checkpoint.size:
            return held
        with self.state.reading() as pen:
            return pen.at(origin, decided.against.size) or held

    @property
    def _evidence(self) -> EvidenceFolder:
        return EvidenceFolder(self.folder / "evidence")


def _known(pen: Pen, origin: str) -> Known:
    held = pen.held(origin)

    def at(size: int) -> Checkpoint | None:
        row = pen.at(origin, size)
        return row.checkpoint if row else None

    return Known(
        keys=[Verifier.from_vkey(vkey) for vkey in pen.vkeys(origin)],
        held=held.checkpoint if held else None,
        at=at,
    )


def _known_signatures(
    request: AddCheckpoint, vkeys: list[str]
) -> tuple[Signature, ...]:
    keys = {(one.name, one.key_id) for one in map(Verifier.from_vkey, vkeys)}
    return tuple(
        one for one in request.note.signatures if (one.name, one.key_id) in keys
    )


def _printed(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _read_key(path: Path) -> Ed25519PrivateKey:
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise MissingKeyError(
            "a witness's folder with its key",
            met="no such file",
            advice="Name the folder that jangbu witness init made.",
            where=str(path),
        ) from error
    except OSError as error:
        raise os_error(error, path) from error
    try:
        key = serialization.load_pem_private_key(raw, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _unusable("an Ed25519 key in PEM", path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _unusable("an Ed25519 key in PEM", path)
    return key


def _unusable(expected: str, path: Path) -> KeyStoreError:
    return KeyStoreError(
        expected,
        met="another one",
        advice="Put this witness's own key and database back together.",
        where=str(path),
    )
