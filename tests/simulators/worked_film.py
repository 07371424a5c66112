"""A small studio whose people paint on pictures, cut a film and give opinions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ledger.encoding.canonical import JsonValue
from ledger.encoding.digest import sha256_hex
from ledger.encoding.statement import Composed, Secret
from ledger.log.leaves import encode_leaves, read_leaves
from ledger.records.editing import ChangeLeaf, CutLeaf
from ledger.records.frames import MeasuredLeaf
from ledger.records.identity import as_digest, as_token
from ledger.records.people import SeenLeaf
from ledger.records.statement import Leaves, Verb
from ledger.records.time import FrameRange, Rate
from pipeline.frames.arrays import as_frame
from pipeline.frames.png import encode_png
from pipeline.frames.reading import read_picture
from pipeline.kernels.change import measure_differences
from tests.simulators import small_frames
from tests.simulators.small_studio import Shot, SmallStudio
from tests.simulators.stated_log import More

AT = "2026-09-01T10:00:00.000000Z"
RATE = Rate(24, 1)
SPAN = FrameRange.between(1020, 1024, RATE)
PAINTER, ASSESSOR, COMPANY = "9a" * 16, "a5" * 16, "57" * 16

Source = tuple[str, int]
"""A shot and a frame of it."""
Leafed = Callable[[list[ChangeLeaf]], list[ChangeLeaf]]


class WorkedFilm(SmallStudio):
    """Painted pictures, their changes, contributions, opinions and cuts."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: dict[str, Mapping[int, bytes]] = {}
        self.make_key("assessor")
        _, self.assessor = self.delegate("assessor", ASSESSOR, ("state",), ("opinion",))

    def _asset(
        self,
        files: Mapping[int, bytes],
        media_type: str = "image/png",
        size: tuple[int, int] = (small_frames.WIDTH, small_frames.HEIGHT),
    ) -> Composed:
        composed = super()._asset(files, media_type, size)
        self.pictures[composed.id] = files
        return composed

    # --- what people do -------------------------------------------------------------

    def painting(self, span: FrameRange = SPAN, strength: int = 40) -> Composed:
        """The plates with a corner painted over, as an asset."""
        painted = {}
        for frame in span.frames():
            picture = small_frames.plate(frame).copy()
            picture[5:25, 50:68] = np.minimum(picture[5:25, 50:68], 200) + strength
            painted[frame] = encode_png(as_frame(picture))
        return self._asset(painted)

    def change(
        self,
        before: Composed,
        after: Composed,
        lie: Leafed = lambda leaves: leaves,
        on_tables: Callable[[bytes], bytes] = lambda tables: tables,
        other: Mapping[str, object] | None = None,
    ) -> Composed:
        """Measure what was changed, picture by picture, and state it."""
        first, last = self.pictures[before.id], self.pictures[after.id]
        measured = [
            measured_change(index, first.get(index) or first[0], content)
            for index, content in last.items()
        ]
        leaves = encode_leaves(lie([leaf for leaf, _ in measured]))
        self.shelf.put(leaves.raw)
        tables = on_tables(b"".join(table for _, table in measured))
        body = {
            "before": before.id,
            "after": after.id,
            "measure": "change/1",
            "frames": leaves.stated,
            "tiles": {"length": len(tables), "blob": self.shelf.put(tables)},
            **(other or {}),
        }
        prev = list(dict.fromkeys([before.id, after.id]))
        return self.state("change.1", body, by="studio", prev=prev)

    def contribution(self, shot: str, **other: object) -> Composed:
        """Say that the painter worked on a shot."""
        body = {
            "route": "edit",
            "act": "paint",
            "party": Secret(PAINTER),
            "note": Secret("a window where the model drew none"),
            "before": [],
            "after": [],
            **other,
        }
        scope = {"shot": shot, "range": SPAN}
        return self.state("contribution.1", body, by="studio", at=AT, scope=scope)

    def engagement(self) -> Composed:
        """Say that the painter works for the studio."""
        terms: JsonValue = {"status": "freelancer", "from_on": "2026-01-05"}
        body = {
            "party": Secret(PAINTER),
            "company": Secret(COMPANY),
            "terms": Secret(terms),
        }
        return self.state("engagement.1", body, by="studio", at=AT)

    def opinion(
        self,
        leaves: Sequence[SeenLeaf],
        by: str = "assessor",
        span: FrameRange = SPAN,
        shot: str | None = None,
        **other: object,
    ) -> Composed:
        """Say what the assessor thinks of frames."""
        seen = encode_leaves(leaves)
        self.shelf.put(seen.raw)
        body = {
            "question": "kr.authorship.edit",
            "judgement": "expression.added",
            "finding": "yes",
            "reasons": Secret("the light in the window was chosen"),
            "confirms": [],
            "seen": seen.stated,
            **other,
        }
        scope: dict[str, Any] = {"range": span}
        if shot is not None:
            scope["shot"] = shot
        return self.state("opinion.1", body, by=by, at=AT, scope=scope)

    def cut(
        self,
        record: Sequence[Sequence[Source]],
        versions: Sequence[Composed],
        act: tuple[Verb, str] | None = None,
        **other: object,
    ) -> Composed:
        """State a cut, record frame by record frame; an empty one is black."""
        resolved = encode_leaves(
            [
                CutLeaf.model_validate(
                    {
                        "frame": number,
                        "sources": tuple(
                            {"shot": shot, "view": "screen", "frame": frame, "track": 0}
                            for shot, frame in sources
                        ),
                    }
                )
                for number, sources in enumerate(record)
            ]
        )
        self.shelf.put(resolved.raw)
        body = {
            "rate": str(RATE),
            "frames": len(record),
            "file": Secret("f" * 64),
            "versions": [one.id for one in versions],
            "resolved": resolved.stated,
            **other,
        }
        more: More = {} if act is None else {"act": act}
        return self.state("cut.1", body, by="studio", **more)

    # --- looking back ---------------------------------------------------------------

    def pixels(self, made: Shot) -> dict[int, str]:
        """Digests of a shot's frames as they were measured."""
        found: dict[int, str] = {}
        for one in made.sets:
            stated = Leaves.model_validate(self.body_of(one)["measured"])
            raw = self.shelf.read(stated.blob)
            for leaf in read_leaves(MeasuredLeaf, raw, stated):
                found[leaf.frame] = leaf.pixels
        return found


def seen(pixels: Mapping[int, str]) -> list[SeenLeaf]:
    """Leaves of an opinion on frames of a shot."""
    return [
        SeenLeaf(frame=frame, pixels=(as_digest(one),)) for frame, one in pixels.items()
    ]


def measured_change(
    index: int, before: bytes, after: bytes
) -> tuple[ChangeLeaf, bytes]:
    """The leaf of one picture, and its tile table."""
    first, last = read_picture(before), read_picture(after)
    found = measure_differences(first.rgb, last.rgb)
    leaf = ChangeLeaf(
        index=index,
        before=as_digest(sha256_hex(before)),
        after=as_digest(sha256_hex(after)),
        before_decoder=as_token(first.decoder),
        after_decoder=as_token(last.decoder),
        pixels=found.pixels,
        changed_0=found.changed_0,
        changed_2=found.changed_2,
        sum_abs=found.sum_abs,
        sum_sq=found.sum_sq,
        tiles=as_digest(found.tiles_digest()),
    )
    return leaf, found.tile_bytes()
