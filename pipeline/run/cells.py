"""Making a shot's cells: claim, make, decide, submit, name (protocol 5, 6, 9, 10)."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.cell import frames_of
from ledger.encoding.digest import sha256_hex
from ledger.encoding.models import validate
from ledger.encoding.statement import Composed, Draft
from ledger.errors import (
    MissingEvidenceError,
    RecordError,
)
from ledger.log.leaves import encode_leaves
from ledger.parcel import Parcel
from ledger.ports import Lease, Receipt
from ledger.records.frames import MeasuredLeaf, SealedLeaf
from ledger.records.statement import Blob, Scope
from ledger.records.time import FrameRange
from pipeline.errors import RecipeError
from pipeline.run.assets import Scribe
from pipeline.run.decided import (
    Decided,
    DecidedFrame,
    decide,
    decided_in,
    place_frames,
    set_aside,
)
from pipeline.run.frame import FrameJob, FrameResult
from pipeline.run.output import OutputFolder
from pipeline.run.owner import Owner, is_dead
from pipeline.run.plan import AUDIENCE, Plan
from pipeline.run.workers import Workers

LEASE_SECONDS: Final = 60
_LONGEST_NAME: Final = 240
_PAUSE_S: Final = 0.1


class Recorder(Scribe, Protocol):
    """The ledger as a run sees it; see `ledger.production.recorder.Recorder`."""

    def claim(self, work: str, holder: str, seconds: int) -> Lease: ...

    def put(self, content: bytes) -> str: ...

    def locate(self, kind: str, key: str) -> Receipt | None: ...

    def parcel(self, composed: Sequence[Composed], signer: str) -> Parcel: ...

    def send(self, parcel: Parcel) -> list[Receipt]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CellMaker:
    """Makes the cells of one run in one output folder.

    Attributes:
        job: what a worker must do for a frame, given where to write it.
        token: of the output folder.
        cert: SHA-256 of the signing certificate.
        on_frame: told how many frames are done, and whether they were made now.
    """

    plan: Plan
    recorder: Recorder
    folder: OutputFolder
    owner: Owner
    token: str
    cert: str
    workers: Workers
    job: Callable[[int, str], FrameJob]
    on_frame: Callable[[int, bool], None]

    def run(self, cells: Iterable[int]) -> dict[int, str]:
        """Make, or wait for, each cell; the id of its frame.set.

        Raises:
            JangbuError: what stopped it; cells that were committed stay committed.
        """
        done: dict[int, str] = {}
        pending = list(cells)
        while pending:
            waiting = [cell for cell in pending if not self._advance(cell, done)]
            if len(waiting) == len(pending):
                time.sleep(_PAUSE_S)  # others are at work on all that is left
            pending = waiting
        return dict(sorted(done.items()))

    def _advance(self, cell: int, done: dict[int, str]) -> bool:
        decided = decided_in(self.folder, cell)
        if decided is None:
            if not self._claimed(cell):
                return False
            # Somebody may have decided it between our look and our claim.
            decided = decided_in(self.folder, cell) or self._make(cell)
        else:
            self.on_frame(len(decided.frames), False)
        self._finish(decided)
        done[cell] = decided.set
        return True

    def _claimed(self, cell: int) -> bool:
        lease = self.recorder.claim(self._work(cell), self.owner.token, LEASE_SECONDS)
        # A lease is advice: if its holder worked in this folder and is dead, it will
        # not come back.
        return lease.granted or is_dead(self.folder, lease.holder)

    def _work(self, cell: int) -> str:
        return sha256_hex(
            canonical.encode([self.plan.cell_key(cell), AUDIENCE, self.token])
        )

    # --- making ------------------------------------------------------------------

    def _make(self, cell: int) -> Decided:
        self._refuse_lost(cell)
        frames = self._frames(cell)
        names = {frame: self.folder.name_of(frame) for frame in frames}
        self.folder.refuse_strangers(list(names.values()))
        jobs = [self.job(frame, names[frame]) for frame in frames]
        results = self._results(cell, jobs)
        decided = self._decided(cell, results)
        self.owner.sync()
        if decide(self.folder, decided):
            return decided
        for name in names.values():
            (self.owner.folder / name).unlink(missing_ok=True)
        winner = decided_in(self.folder, cell)
        return winner if winner is not None else self._make(cell)

    def _results(self, cell: int, jobs: list[FrameJob]) -> list[FrameResult]:
        results = []
        renew_at = time.monotonic() + LEASE_SECONDS / 3
        for result in self.workers.make(jobs):
            results.append(result)
            self.on_frame(1, True)
            if time.monotonic() >= renew_at:
                self.recorder.claim(self._work(cell), self.owner.token, LEASE_SECONDS)
                renew_at = time.monotonic() + LEASE_SECONDS / 3
        return sorted(results, key=lambda result: result.frame)

    def _decided(self, cell: int, results: list[FrameResult]) -> Decided:
        measured = encode_leaves([_measured(result) for result in results])
        sealed_leaves = [_sealed(result) for result in results]
        sealed = encode_leaves(sealed_leaves)
        tiles = b"".join(result.tiles for result in results)
        for blob in (measured.raw, tiles, sealed.raw):
            self.recorder.put(blob)
        frame_set = self._state(
            "frame.set.1",
            cell,
            self.plan.cell_key(cell),
            {
                "run": self.plan.run.id,
                "cell": cell,
                "measured": measured.stated,
                "tiles": Blob.model_validate(
                    {"length": len(tiles), "blob": sha256_hex(tiles)}
                ),
            },
            (self.plan.run.id,),
        )
        seal_set = self._state(
            "seal.set.1",
            cell,
            [self.plan.cell_key(cell), AUDIENCE, self.token],
            {
                "set": frame_set.id,
                "audience": AUDIENCE,
                "cert": self.cert,
                "sealed": sealed.stated,
            },
            (frame_set.id,),
        )
        return Decided(
            cell=cell,
            owner=self.owner.token,
            set=frame_set.id,
            frames=tuple(
                DecidedFrame(frame=leaf.frame, digest=leaf.file)
                for leaf in sealed_leaves
            ),
            parcel=self.recorder.parcel([frame_set, seal_set], "pipeline"),
        )

    def _state(
        self,
        kind: str,
        cell: int,
        natural: JsonValue,
        body: dict[str, object],
        prev: tuple[str, ...],
    ) -> Composed:
        frames = self._frames(cell)
        span = FrameRange.between(frames.start, frames.stop, self.plan.frames.rate)
        scope = Scope.model_validate({"shot": self.plan.shot, "range": span})
        return self.recorder.compose(
            Draft(
                log=self.plan.log,
                kind=kind,
                key=self.recorder.machine_key(kind, natural),
                prev=prev,
                scope=scope,
                body=body,
            )
        )

    def _refuse_lost(self, cell: int) -> None:
        # The log knows seals of this folder that the folder does not: making them
        # again would give other bytes than those that were logged.
        key = self.recorder.machine_key(
            "seal.set.1", [self.plan.cell_key(cell), AUDIENCE, self.token]
        )
        if self.recorder.locate("seal.set.1", key) is not None:
            raise MissingEvidenceError(
                "the record of a cell that was sealed in this folder",
                met="no record",
                advice="Restore the folder's .jangbu from a copy, or use another.",
                where=str(self.folder.cells),
                cell=cell,
            )

    # --- finishing ---------------------------------------------------------------

    def _finish(self, decided: Decided) -> None:
        try:
            self.recorder.send(decided.parcel)
        except RecordError:
            set_aside(self.folder, decided.cell)
            raise
        place_frames(self.folder, decided)
        self.recorder.claim(self._work(decided.cell), self.owner.token, 0)

    def _frames(self, cell: int) -> range:
        whole = frames_of(cell)
        shot = self.plan.frames
        return range(max(whole.start, shot.start), min(whole.stop, shot.end))


def check_file_name(plan: Plan) -> None:
    """Refuse a shot code that no file name can begin with.

    Raises:
        RecipeError: the code would lead out of the folder, hide the frames or be
            longer than file systems permit.
    """
    name = file_name(plan, plan.frames.end)
    if set(name) & {"/", "\0"} or name[0] == "." or len(name.encode()) > _LONGEST_NAME:
        raise RecipeError(
            f"a shot code without '/' that gives file names of up to {_LONGEST_NAME} "
            "bytes and does not begin with '.'",
            met=name,
            advice="Give the shot a code that can be part of a file name.",
            where="shot.code",
        )


def file_name(plan: Plan, frame: int) -> str:
    """The name of a sealed frame's file."""
    return f"{plan.code}.{frame:04d}{plan.output.suffix}"


def _measured(result: FrameResult) -> MeasuredLeaf:
    return validate(MeasuredLeaf, canonical.encode(result.measured))


def _sealed(result: FrameResult) -> SealedLeaf:
    return validate(SealedLeaf, canonical.encode(result.sealed))
