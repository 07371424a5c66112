"""Publishing a checkpoint to witnesses: ask, verify, keep, and say what is missing.

What is kept is `log/cosigned/<size>`: the checkpoint as the log signed it, with a line
of each witness that cosigned it so far. Whoever did not is asked again by the next run.

A witness that refuses must show a checkpoint that this log has signed and that the
database does not hold. Only then is it a conflict: otherwise anybody in the witness's
place could stop a production.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from ledger.errors import CheckpointError, ProductionError, RollbackError
from ledger.keys.witness_client import SECONDS, Asked, Asking, Outcome, Told
from ledger.log.checkpoint import Checkpoint
from ledger.log.conflict import Conflict, Contradiction
from ledger.log.cosignature import Cosigned, Cosigner, open_cosignatures
from ledger.log.note import UnverifiedNote, parse_note
from ledger.ports import Clock, LogReader
from ledger.production.kept import KeptCheckpoints, kept_checkpoints
from ledger.production.opening import Production, SystemClock
from ledger.production.outside import WitnessTable
from ledger.production.signed_log import SignedLog, read_signed_log
from ledger.records.identity import instant_from

_LOOKED_AT: Final = 8
"""Kept checkpoints in which a witness's last cosignature is looked for."""
_NEW_KEY: Final = (
    "the witness may not know your log key: after a rotation it needs the new one "
    "(docs/guides/keys.md)"
)


class Standing(StrEnum):
    """How a witness stands to the newest checkpoint."""

    COSIGNED = "cosigned"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    SLOW = "slow"
    UNUSABLE = "unusable"
    CONFLICT = "conflict"


_STANDINGS: Final = {
    Outcome.COSIGNED: Standing.COSIGNED,
    Outcome.REFUSED: Standing.REFUSED,
    Outcome.UNREACHABLE: Standing.UNREACHABLE,
    Outcome.SLOW: Standing.SLOW,
    Outcome.UNUSABLE: Standing.UNUSABLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessReport:
    """What came of one witness.

    Attributes:
        time: POSIX seconds of its cosignature; `None` if it has not cosigned.
        new: whether this run brought it.
        why: for people.
        kept: the file in which a contradiction was kept; `None` without one.
    """

    name: str
    standing: Standing
    time: int | None = None
    new: bool = False
    why: str = ""
    kept: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessRound:
    """What came of asking all witnesses about one checkpoint.

    Attributes:
        quorum: how many cosignatures the production asks for.
    """

    size: int
    quorum: int
    witnesses: tuple[WitnessReport, ...]

    @property
    def cosigned(self) -> int:
        """How many witnesses have cosigned this checkpoint."""
        return sum(one.standing is Standing.COSIGNED for one in self.witnesses)

    @property
    def reached(self) -> bool:
        """Whether that is enough."""
        return self.cosigned >= self.quorum

    @property
    def conflict(self) -> bool:
        """Whether a witness holds what contradicts this log."""
        return any(one.standing is Standing.CONFLICT for one in self.witnesses)


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Takes the newest checkpoint of a log to its witnesses.

    Attributes:
        reader: reads the log as it is at the moment of the call.
        seconds: how long one witness may take.
    """

    reader: Callable[[], LogReader]
    kept: KeptCheckpoints
    witnesses: Sequence[WitnessTable]
    quorum: int
    clock: Clock
    seconds: float = SECONDS

    def publish(self) -> WitnessRound:
        """Ask each witness that has not cosigned the newest checkpoint yet.

        Raises:
            WitnessConflictError, RollbackError, LogError: this log is not what others
                were shown; nobody is asked.
            ProductionError: a witness's key in `production.toml` is none.
            StoreError: the log cannot be read, or cosignatures cannot be kept.
        """
        cosigners = _cosigners(self.witnesses)
        # 1. Nothing is shown to anybody that contradicts what others hold.
        outside = self.kept.notes()
        log = read_signed_log(self.reader())
        self._check(log, outside)
        # 2. Those who have cosigned this very checkpoint are not asked again.
        before = self.kept.at(log.point.size) or log.note
        had = {one.cosigner: one for one in open_cosignatures(before, cosigners)}
        missing = [
            (cosigner, table)
            for cosigner, table in zip(cosigners, self.witnesses, strict=True)
            if cosigner not in had
        ]
        told = self._ask(log, missing)
        # 3. What came is kept beside what was there.
        came = [one.cosigned for one in told.values() if one.cosigned]
        if came:
            self.kept.keep(log.point.size, _joined(before, came))
        reports = tuple(
            _had(had[one]) if one in had else self._report(log, one, told[one])
            for one in cosigners
        )
        return WitnessRound(size=log.point.size, quorum=self.quorum, witnesses=reports)

    def _check(self, log: SignedLog, outside: Sequence[bytes]) -> None:
        for note in outside:
            point = log.opened(note)
            if not log.holds(point):
                raise RollbackError(
                    f"the {point.size} entries of a checkpoint that others hold",
                    met=f"another history, or an older one, of {log.point.size}",
                    advice="Bring the database back that belongs to that checkpoint.",
                    size=point.size,
                )

    def _ask(
        self, log: SignedLog, missing: Sequence[tuple[Cosigner, WitnessTable]]
    ) -> dict[Cosigner, Told]:
        asking = Asking(
            note=log.note,
            origin=log.point.origin,
            size=log.point.size,
            prove=log.prove,
            clock=self.clock,
            seconds=self.seconds,
        )
        last = self._last_cosigned([one for one, _ in missing], log.point.size)
        asked = [
            Asked(cosigner=one, url=table.url, old=last.get(one, 0))
            for one, table in missing
        ]
        answers = asking.ask(asked)
        return dict(zip((one for one, _ in missing), answers, strict=True))

    def _last_cosigned(
        self, cosigners: Sequence[Cosigner], size: int
    ) -> dict[Cosigner, int]:
        """Sizes that witnesses are thought to hold; they say so if it is another."""
        found: dict[Cosigner, int] = {}
        if not cosigners:
            return found
        for earlier in [one for one in self.kept.sizes() if one < size][-_LOOKED_AT:]:
            note = self.kept.at(earlier)
            for one in open_cosignatures(note, cosigners) if note else ():
                found[one.cosigner] = earlier
        return found

    # --- what a witness said -----------------------------------------------------

    def _report(self, log: SignedLog, cosigner: Cosigner, told: Told) -> WitnessReport:
        if told.cosigned is not None:
            return WitnessReport(
                name=cosigner.name,
                standing=Standing.COSIGNED,
                time=told.cosigned.time,
                new=True,
            )
        if told.shown is not None:
            return self._weighed(log, cosigner.name, told, told.shown)
        why = _why_none(told) if told.outcome is Outcome.REFUSED else told.why
        return WitnessReport(
            name=cosigner.name, standing=_STANDINGS[told.outcome], why=why
        )

    def _weighed(
        self, log: SignedLog, name: str, told: Told, shown: bytes
    ) -> WitnessReport:
        """Look at what a refusing witness shows for it."""
        try:
            point = log.opened(shown)
        except CheckpointError:
            why = f"{told.why}, and shows what this log has not signed"
            return WitnessReport(name=name, standing=Standing.REFUSED, why=why)
        if log.holds(point):
            why = f"{told.why}, though this log continues what it shows"
            why = f"{why}; {_NEW_KEY}" if told.unknown_key else why
            return WitnessReport(name=name, standing=Standing.REFUSED, why=why)
        if point.size > log.point.size:
            return self._ahead(log, name, point, shown)
        path = self.kept.keep_conflict(self._conflict(log, point, shown))
        why = f"it holds another history at {point.size} entries"
        return WitnessReport(name=name, standing=Standing.CONFLICT, why=why, kept=path)

    def _ahead(
        self, log: SignedLog, name: str, point: Checkpoint, shown: bytes
    ) -> WitnessReport:
        if self.reader().size() >= point.size:
            why = "a newer checkpoint was published meanwhile; publish again"
            return WitnessReport(name=name, standing=Standing.REFUSED, why=why)
        # As with any checkpoint that others hold: nothing is stated before the
        # database holds it, too.
        self.kept.keep(point.size, shown)
        why = f"it holds {point.size} entries, this database {log.point.size}"
        return WitnessReport(name=name, standing=Standing.CONFLICT, why=why)

    def _conflict(self, log: SignedLog, point: Checkpoint, shown: bytes) -> Conflict:
        same = point.size == log.point.size
        proof = () if same else log.prove(point.size)
        return Conflict(
            origin=point.origin,
            reason=Contradiction.FORK if same else Contradiction.REWRITTEN,
            held=shown.decode(),
            shown=log.note.decode(),
            old=point.size,
            proof=tuple(one.hex() for one in proof),
            found_at=instant_from(self.clock.now()),
        )


def publish_to_witnesses(
    production: Production, *, seconds: float = SECONDS
) -> WitnessRound:
    """Ask the witnesses of a production's `production.toml`; as `Publisher.publish`."""
    registry = production.registry
    return Publisher(
        reader=production.reader,
        kept=kept_checkpoints(production.layout.published),
        witnesses=registry.witness,
        quorum=registry.ledger.quorum,
        clock=SystemClock(),
        seconds=seconds,
    ).publish()


def _cosigners(tables: Sequence[WitnessTable]) -> list[Cosigner]:
    try:
        found = [Cosigner.from_vkey(one.vkey) for one in tables]
    except CheckpointError as error:
        raise ProductionError(
            "a witness's verifier key, as jangbu witness show prints it",
            met=error.met,
            advice="Correct the vkey of this [[witness]].",
            where="production.toml: witness.vkey",
        ) from error
    if len({one.public_key for one in found}) != len(found):
        raise ProductionError(
            "a key of its own for each witness",
            met="one key under two names",
            advice="Remove one of the two: together they are one witness.",
            where="production.toml: witness.vkey",
        )
    return found


def _why_none(told: Told) -> str:
    """Why a witness refused that shows no checkpoint for it."""
    if told.unknown_key:
        return f"{told.why}; {_NEW_KEY}"
    return f"{told.why}, and it shows no checkpoint that would say why"


def _had(cosigned: Cosigned) -> WitnessReport:
    return WitnessReport(
        name=cosigned.cosigner.name, standing=Standing.COSIGNED, time=cosigned.time
    )


def _joined(before: bytes, came: Sequence[Cosigned]) -> bytes:
    parsed = parse_note(before)
    signatures = (*parsed.signatures, *(one.signature for one in came))
    return UnverifiedNote(text=parsed.text, signatures=signatures).to_bytes()
