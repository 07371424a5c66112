"""Making a shot again by another run, against what its studio stated before."""

import struct
from collections.abc import Callable
from typing import Any

from ledger.encoding.digest import sha256_hex
from ledger.encoding.statement import Composed
from ledger.evidence.bundle import Request
from ledger.evidence.steps.media import Readers
from ledger.evidence.verdict import Verdict
from ledger.evidence.verify import verify_bundle
from ledger.log.leaves import encode_leaves, read_leaves
from ledger.records.frames import MeasuredLeaf
from ledger.records.statement import Leaves
from tests.simulators.small_studio import Shot, SmallStudio

Body = dict[str, Any]
Change = Callable[[Body, Shot], None]
Tiles = Callable[[list[int]], list[int]]


def verdict_on(studio: SmallStudio, request: Request | None = None) -> Verdict:
    wanted = request or Request(frames="none")
    return verify_bundle(studio.bundle(wanted).to_bytes(), studio.trust(), Readers())


def still_open(verdict: Verdict) -> set[tuple[str, str]]:
    assert verdict.failures == ()
    assert verdict.exit_code == 3
    return {(one.reason.value, one.what) for one in verdict.open_points}


def shot_made() -> tuple[SmallStudio, Shot]:
    studio = SmallStudio()
    return studio, studio.shoot()


def made_again(
    studio: SmallStudio, shot: Shot, run: Composed, tiles: Tiles = lambda one: one
) -> None:
    """The shot's cells by another run, and a version that uses them."""
    cells = []
    for old, old_seal in zip(shot.sets, shot.seals, strict=True):
        scope = studio.scope_of(old)
        body = studio.body_of(old)
        stated = Leaves.model_validate(body["measured"])
        raw = studio.shelf.read(body["tiles"]["blob"])
        size = len(raw) // stated.count
        tables = [
            with_tiles(raw[start : start + size], tiles)
            for start in range(0, len(raw), size)
        ]
        leaves = [
            leaf.model_copy(update={"tiles": sha256_hex(table)})
            for leaf, table in zip(
                read_leaves(MeasuredLeaf, studio.shelf.read(stated.blob), stated),
                tables,
                strict=True,
            )
        ]
        measured = encode_leaves(leaves)
        studio.shelf.put(measured.raw)
        blob = studio.shelf.put(b"".join(tables))
        body |= {"run": run.id, "measured": measured.stated}
        body |= {"tiles": {"length": len(raw), "blob": blob}}
        frame_set = studio.state("frame.set.1", body, by="pipeline", scope=scope)
        seal = {**studio.body_of(old_seal), "set": frame_set.id}
        studio.state("seal.set.1", seal, by="pipeline", scope=scope)
        cells.append((body["cell"], frame_set.id))
    act = ("supersede", shot.version.id)
    studio.version(studio.scope_of(shot.version), cells, act)  # type: ignore[arg-type]


def with_tiles(table: bytes, change: Tiles) -> bytes:
    form = f"<{len(table) // 4}I"
    return struct.pack(form, *change(list(struct.unpack(form, table))))


def run_again(change: Change) -> Verdict:
    studio, shot = shot_made()
    body = studio.body_of(shot.run)
    change(body, shot)
    scope = studio.scope_of(shot.run)
    made_again(studio, shot, studio.state("run.1", body, by="pipeline", scope=scope))
    return verdict_on(studio)
