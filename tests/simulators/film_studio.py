"""A production in use: states what a small film consists of, one call a statement.

Frames, pictures and cuts are invented digests; statements, keys and blobs are real.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from ledger.encoding.cell import cells_of, frames_of
from ledger.encoding.digest import sha256_hex
from ledger.encoding.statement import Composed, Draft, Secret
from ledger.keys.folder import party_key
from ledger.log.leaves import LeafBlob, encode_leaves
from ledger.production.blinding import erasable_key, kept_key
from ledger.production.opening import Production
from ledger.production.registry import PartyTable, uid_of
from ledger.records.editing import ChangeLeaf, CutLeaf
from ledger.records.frames import MeasuredLeaf
from ledger.records.identity import as_digest, as_statement_id, as_token
from ledger.records.making import AssetLeaf
from ledger.records.people import SeenLeaf
from ledger.records.statement import Act, Leaf, Scope, Verb
from ledger.records.time import FrameRange, Rate

INSTANT = "2026-02-01T10:00:00.000000Z"
RATE = Rate(24, 1)
PIXELS = 4


def digest_of(*words: object) -> str:
    return sha256_hex("/".join(map(str, words)).encode())


@dataclass
class FilmStudio:
    """States things in an opened production.

    Attributes:
        act: what the next statement does to an earlier one; used up by it.
    """

    production: Production
    act: tuple[Verb, str] | None = None

    def __post_init__(self) -> None:
        self._keys = count(self.production.reader().size())

    def party(self, reference: str) -> PartyTable:
        return self.production.registry.party_called(reference)

    def uid(self, reference: str) -> str:
        return str(uid_of(self.party(reference)))

    def shot(self, code: str) -> str:
        return str(self.production.registry.shot_uid(code))

    @property
    def element(self) -> str:
        return str(self.production.registry.element[0].uid)

    def compose(
        self,
        kind: str,
        body: Mapping[str, Any],
        *,
        scope: Mapping[str, Any] | None = None,
        at: str | None = None,
        prev: Sequence[str] = (),
    ) -> Composed:
        act, self.act = self.act, None
        return self.production.recorder.compose(
            Draft(
                log=self.production.log,
                kind=kind,
                key=f"{next(self._keys):032x}",
                body=body,
                at=at,
                prev=tuple(prev),
                act=Act(verb=act[0], of=as_statement_id(act[1])) if act else None,
                scope=Scope.model_validate(dict(scope or {})),
            )
        )

    def state(self, composed: Composed, by: str = "studio") -> str:
        """State something; its id."""
        signers = self.production.recorder.signers
        signer = by if by in signers else party_key(uid_of(self.party(by)))
        (receipt,) = self.production.recorder.record([composed], signer)
        assert receipt.new
        return composed.id

    def put(self, leaves: Sequence[Leaf]) -> LeafBlob:
        blob = encode_leaves(leaves)
        self.production.blobs.put(blob.raw)
        return blob

    # --- what is made --------------------------------------------------------------

    def asset(self, name: str, numbers: Sequence[int] = (0,)) -> str:
        return self.state(self.composed_asset(name, numbers), "pipeline")

    def composed_asset(self, name: str, numbers: Sequence[int]) -> Composed:
        leaves = [
            AssetLeaf(
                index=number,
                file=as_digest(digest_of(name, number)),
                size=1,
                type=as_token("image/png"),
                width=2,
                height=2,
            )
            for number in numbers
        ]
        return self.compose("asset.1", {"files": self.put(leaves).stated})

    def generation(self, outputs: Sequence[str], by: str | None = None) -> str:
        body: dict[str, Any] = {
            "provider": "local",
            "model": "scripted",
            "model_version": "1",
            "source_type": "trainedAlgorithmicMedia",
            "prompt": Secret("낡은 방"),
            "inputs": [],
            "outputs": list(outputs),
        }
        if by is not None:
            own = erasable_key(self.production.keys, self.party(by))
            body["party"] = Secret(self.uid(by), of=own)
        return self.state(self.compose("generation.1", body, at=INSTANT), "pipeline")

    def run(self, shot: str, span: FrameRange, asset: str) -> str:
        body = {
            "view": "screen",
            "picture": "picture/1",
            "measure": "measure/1",
            "width": 2,
            "height": 2,
            "layers": [
                {
                    "element": self.element,
                    "asset": asset,
                    "source_type": "digitalCapture",
                    "alpha": "opaque",
                }
            ],
            "tools": [{"name": "numpy", "version": "1"}],
            "tables": {},
            "encoder": {"type": "image/png", "options": []},
            "audience": "public",
            "recipe": Secret({"layers": 1}),
        }
        scope = {"shot": shot, "range": span}
        return self.state(self.compose("run.1", body, scope=scope), "pipeline")

    def frames(self, shot: str, span: FrameRange, run: str) -> list[tuple[int, str]]:
        """State the frame sets of all cells of a range."""
        return [
            (cell, self.state(one, "pipeline"))
            for cell, one in self.composed_frames(shot, span, run)
        ]

    def composed_frames(
        self, shot: str, span: FrameRange, run: str
    ) -> list[tuple[int, Composed]]:
        made: list[tuple[int, Composed]] = []
        for cell in cells_of(span):
            numbers = [one for one in frames_of(cell) if span.contains(one)]
            blob = self.put([measured(shot, run, number) for number in numbers])
            tiles = b"tiles"
            body = {
                "run": run,
                "cell": cell,
                "measured": blob.stated,
                "tiles": {
                    "length": len(tiles),
                    "blob": self.production.blobs.put(tiles),
                },
            }
            part = FrameRange.between(numbers[0], numbers[-1] + 1, RATE)
            scope = {"shot": shot, "range": part}
            made.append((cell, self.compose("frame.set.1", body, scope=scope)))
        return made

    def version(
        self, shot: str, span: FrameRange, cells: Sequence[tuple[int, str]]
    ) -> str:
        rows = [{"cell": cell, "set": one} for cell, one in cells]
        body = {"view": "screen", "cells": rows}
        scope = {"shot": shot, "range": span}
        return self.state(self.compose("version.1", body, scope=scope), "pipeline")

    def shoot(self, code: str, start: int, end: int) -> tuple[str, str, str]:
        """Asset, run, frames and version of a shot; ids of asset, run and version."""
        shot, span = self.shot(code), FrameRange.between(start, end, RATE)
        asset = self.asset(code, span.frames())
        run = self.run(shot, span, asset)
        version = self.version(shot, span, self.frames(shot, span, run))
        return asset, run, version

    # --- what people do and think -----------------------------------------------------

    def contributed(self, who: str, **more: Any) -> Composed:  # noqa: ANN401
        """A contribution, not stated yet."""
        own = erasable_key(self.production.keys, self.party(who))
        note = more.pop("note", "뒷벽을 밝게")
        body = {
            "route": "edit",
            "act": "paint",
            "party": Secret(self.uid(who), of=own),
            "note": Secret(note, of=own),
            "before": [],
            "after": [],
            **more,
        }
        scope = {"shot": self.shot("SQ010_0040"), "element": self.element}
        return self.compose("contribution.1", body, scope=scope, at=INSTANT)

    def engaged(self, who: str, terms: object) -> Composed:
        own = kept_key(self.production.keys, self.party(who))
        body = {
            "party": Secret(self.uid(who), of=own),
            "company": Secret(self.uid("studio"), of=own),
            "terms": Secret(terms, of=own),  # type: ignore[arg-type]
        }
        return self.compose("engagement.1", body, at=INSTANT)

    def opinion(self, shot: str, span: FrameRange, pixels: str) -> Composed:
        leaves = [
            SeenLeaf(frame=number, pixels=(as_digest(pixels),))
            for number in span.frames()
        ]
        body = {
            "question": "kr.authorship.edit",
            "judgement": "expression.added",
            "finding": "yes",
            "reasons": Secret("붓질이 보인다"),
            "confirms": [],
            "seen": self.put(leaves).stated,
        }
        scope = {"shot": shot, "element": self.element, "range": span}
        return self.compose("opinion.1", body, scope=scope, at=INSTANT)

    def change(self, before: str, after: str, numbers: Sequence[int]) -> str:
        leaves = [
            ChangeLeaf(
                index=number,
                before=as_digest(digest_of(before, number)),
                after=as_digest(digest_of(after, number)),
                before_decoder=as_token("png/1"),
                after_decoder=as_token("png/1"),
                pixels=PIXELS,
                changed_0=1,
                changed_2=1,
                sum_abs=9,
                sum_sq=27,
                tiles=as_digest(digest_of("tiles")),
            )
            for number in numbers
        ]
        body = {
            "before": before,
            "after": after,
            "measure": "change/1",
            "frames": self.put(leaves).stated,
            "tiles": {"length": 5, "blob": self.production.blobs.put(b"tiles")},
        }
        return self.state(self.compose("change.1", body), "pipeline")

    def cut(self, shot: str, version: str, frames: Sequence[int]) -> str:
        leaves = [
            CutLeaf.model_validate(
                {
                    "frame": number,
                    "sources": (
                        {"shot": shot, "view": "screen", "frame": frame, "track": 0},
                    ),
                }
            )
            for number, frame in enumerate(frames)
        ]
        body = {
            "rate": str(RATE),
            "frames": len(leaves),
            "file": Secret(digest_of("film.otio")),
            "versions": [version],
            "resolved": self.put(leaves).stated,
        }
        return self.state(self.compose("cut.1", body), "pipeline")


def measured(shot: str, run: str, frame: int) -> MeasuredLeaf:
    return MeasuredLeaf.model_validate(
        {
            "frame": frame,
            "pixels": digest_of(shot, run, frame),
            "decoder": "png/1",
            "inputs": ({"layer": 0, "file": digest_of("file", frame)},),
            "coverage": {"layers": (), "unattributed": {"lower": 0, "upper": 0}},
            "tiles": digest_of("tiles"),
            "iscc": "ISCC:AAAAAAAAAAAAAAAAA",
            "profile": "iscc/1",
        }
    )
