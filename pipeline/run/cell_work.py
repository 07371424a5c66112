"""One cell: claim, decide, submit, give names (protocol 5, 6, 9, 10)."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.digest import sha256_hex
from ledger.encoding.models import validate
from ledger.encoding.statement import Composed, Draft, check
from ledger.errors import MissingEvidenceError, RecordError
from ledger.log.leaves import encode_leaves
from ledger.parcel import Parcel
from ledger.ports import Lease, Receipt
from ledger.records.frames import FrameSet, MeasuredLeaf, SealedLeaf
from ledger.records.statement import Blob, Scope
from ledger.records.time import FrameRange
from pipeline.errors import OutputInTheWayError
from pipeline.run.assets import Scribe
from pipeline.run.decided import (
    Decided,
    DecidedFrame,
    decide,
    decided_in,
    place_frames,
    set_aside,
)
from pipeline.run.frame_job import FrameJob, FrameResult
from pipeline.run.output import OutputFolder, both_names
from pipeline.run.owner import Owner, is_dead
from pipeline.run.planned import Plan
from pipeline.run.run_statement import AUDIENCE

LEASE_SECONDS: Final = 60
RENEW_SECONDS: Final = LEASE_SECONDS / 3


class Recorder(Scribe, Protocol):
    """The ledger as a run sees it; see `ledger.production.recorder.Recorder`."""

    def claim(self, work: str, holder: str, seconds: int) -> Lease: ...

    def put(self, content: bytes) -> str: ...

    def locate(self, kind: str, key: str) -> Receipt | None: ...

    def parcel(self, composed: Sequence[Composed], signer: str) -> Parcel: ...

    def send(self, parcel: Parcel) -> list[Receipt]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CellPlace:
    """Where and by whom the cells of a run are made.

    Attributes:
        token: of the output folder.
        cert: SHA-256 of the signing certificate.
        job: what a worker must do for a frame, given where to write it.
    """

    plan: Plan
    recorder: Recorder
    folder: OutputFolder
    owner: Owner
    token: str
    cert: str
    job: Callable[[int, str], FrameJob]


class CellWork:
    """One cell of a run, and how far it has come."""

    def __init__(self, place: CellPlace, cell: int) -> None:
        """Look at a cell; nothing is claimed yet.

        Args:
            place: where and by whom it is made.
            cell: its number on the fixed grid.
        """
        self.place = place
        self.cell = cell
        self._frames = place.plan.frames_of(cell)
        self._left: list[FrameJob] = []
        self._results: list[FrameResult] = []
        self._renew_at = 0.0

    @property
    def frames(self) -> range:
        """The frames of the cell that are the run's."""
        return self._frames

    # --- who makes it ------------------------------------------------------------

    def decided(self) -> Decided | None:
        """What was decided for it in this folder; `None` if nothing was.

        Raises:
            UnreadableInputError: the record was damaged.
            OutputInTheWayError: it was decided for another run.
        """
        decided = decided_in(self.place.folder, self.cell)
        if decided is not None and not self._is_ours(decided):
            raise OutputInTheWayError(
                "a cell of this run",
                met="a cell of another run: other inputs, recipe or tools",
                advice="Choose another folder with --out.",
                where=str(self.place.folder.cells),
                cell=self.cell,
            )
        return decided

    def _is_ours(self, decided: Decided) -> bool:
        if decided.parcel is None:
            return True  # of an earlier run, with the same inputs
        body = check(decided.parcel.statements[0].raw).body
        return isinstance(body, FrameSet) and body.run == self.place.plan.run.id

    def claimed(self) -> bool:
        """Claim it; whether it is ours to make."""
        place = self.place
        lease = place.recorder.claim(self._work(), place.owner.token, LEASE_SECONDS)
        # A lease is advice: if its holder worked in this folder and is dead, it will
        # not come back.
        return lease.granted or is_dead(place.folder, lease.holder)

    def renew(self) -> None:
        """Hold on to the claim, if a third of its time is over."""
        if time.monotonic() >= self._renew_at:
            place = self.place
            place.recorder.claim(self._work(), place.owner.token, LEASE_SECONDS)
            self._renew_at = time.monotonic() + RENEW_SECONDS

    def _work(self) -> str:
        key = self.place.plan.cell_key(self.cell)
        return sha256_hex(canonical.encode([key, AUDIENCE, self.place.token]))

    # --- making ------------------------------------------------------------------

    def begin(self) -> None:
        """Get ready to make its frames.

        Raises:
            MissingEvidenceError: the log has seals of it that the folder has not.
            OutputInTheWayError: a file of another origin has a frame's name.
        """
        self._refuse_lost()
        place = self.place
        names = [place.folder.name_of(frame) for frame in self._frames]
        place.folder.refuse_strangers(names)
        jobs = zip(self._frames, names, strict=True)
        self._left = [place.job(frame, name) for frame, name in jobs]
        self._results = []
        self._renew_at = time.monotonic() + RENEW_SECONDS

    def jobs(self, most: int) -> list[FrameJob]:
        """The next jobs, at most so many; none once all were handed out."""
        taken, self._left = self._left[:most], self._left[most:]
        return taken

    def take(self, result: FrameResult) -> bool:
        """Take in a frame that was made; whether it was the last one."""
        self._results.append(result)
        return len(self._results) == len(self._frames)

    def decide(self) -> Decided | None:
        """Decide the cell with the frames that were made.

        Returns:
            What counts, by whoever was first; `None` if somebody's record was refused
            meanwhile, so that the cell is to be made once more.
        """
        results = sorted(self._results, key=lambda result: result.frame)
        decided = self._composed(results)
        self.place.owner.sync()
        if decide(self.place.folder, decided):
            return decided
        for frame in self._frames:
            for name in both_names(self.place.folder.name_of(frame)):
                (self.place.owner.folder / name).unlink(missing_ok=True)
        return self.decided()

    def finish(self, decided: Decided) -> None:
        """Submit what was decided and give the frames their names; safe to repeat.

        Raises:
            RecordError: the log refused it; the record is set aside.
            OutputInTheWayError: another file has a frame's name.
        """
        place = self.place
        if decided.parcel is None:
            return  # of an earlier run, which did all that
        try:
            place.recorder.send(decided.parcel)
        except RecordError:
            set_aside(place.folder, decided.cell)
            raise
        place_frames(place.folder, decided)
        place.recorder.claim(self._work(), place.owner.token, 0)

    # --- what is stated of it -------------------------------------------------------

    def _composed(self, results: list[FrameResult]) -> Decided:
        place = self.place
        run, key = place.plan.run.id, place.plan.cell_key(self.cell)
        measured = encode_leaves([_measured(result) for result in results])
        sealed_leaves = [_sealed(result) for result in results]
        sealed = encode_leaves(sealed_leaves)
        tiles = b"".join(result.tiles for result in results)
        for blob in (measured.raw, tiles, sealed.raw):
            place.recorder.put(blob)
        said: dict[str, object] = {
            "run": run,
            "cell": self.cell,
            "measured": measured.stated,
            "tiles": Blob.model_validate(
                {"length": len(tiles), "blob": sha256_hex(tiles)}
            ),
        }
        frame_set = self._state("frame.set.1", key, said, run)
        said = {
            "set": frame_set.id,
            "audience": AUDIENCE,
            "cert": place.cert,
            "sealed": sealed.stated,
        }
        natural: JsonValue = [key, AUDIENCE, place.token]
        seal_set = self._state("seal.set.1", natural, said, frame_set.id)
        return Decided(
            cell=self.cell,
            owner=place.owner.token,
            set=frame_set.id,
            frames=tuple(DecidedFrame.of(leaf) for leaf in sealed_leaves),
            parcel=place.recorder.parcel([frame_set, seal_set], "pipeline"),
            made_by=tuple(sorted({name for one in results for name in one.made_by})),
        )

    def _state(
        self, kind: str, natural: JsonValue, body: dict[str, object], relies_on: str
    ) -> Composed:
        plan, recorder = self.place.plan, self.place.recorder
        span = FrameRange.between(
            self._frames.start, self._frames.stop, plan.frames.rate
        )
        return recorder.compose(
            Draft(
                log=plan.log,
                kind=kind,
                key=recorder.machine_key(kind, natural),
                prev=(relies_on,),
                scope=Scope.model_validate({"shot": plan.shot, "range": span}),
                body=body,
            )
        )

    def _refuse_lost(self) -> None:
        # The log knows seals of this folder that the folder does not: making them
        # again would give other bytes than those that were logged.
        place = self.place
        natural: JsonValue = [place.plan.cell_key(self.cell), AUDIENCE, place.token]
        key = place.recorder.machine_key("seal.set.1", natural)
        if place.recorder.locate("seal.set.1", key) is not None:
            raise MissingEvidenceError(
                "the record of a cell that was sealed in this folder",
                met="no record",
                advice="Restore the folder's .jangbu from a copy, or use another.",
                where=str(place.folder.cells),
                cell=self.cell,
            )


def _measured(result: FrameResult) -> MeasuredLeaf:
    return validate(MeasuredLeaf, canonical.encode(result.measured))


def _sealed(result: FrameResult) -> SealedLeaf:
    return validate(SealedLeaf, canonical.encode(result.sealed))
