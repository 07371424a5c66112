"""Which pictures stand beside a finding, and on which frame.

Where a change was measured: before, after, where it changed, and the delivered frame,
on the frame with the most changed pixels. Otherwise: the source, the delivered frame
and where the element is seen, on the frame that shows most of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ledger.answers.finding import Finding
from ledger.encoding.digest import sha256_hex
from ledger.history.film import Asset, Change, Film, Frame
from ledger.records.editing import ChangeLeaf
from ledger.reports.audit_text import CHANGE_LEGEND, COVERAGE_LEGEND
from ledger.reports.pictures import Pictures, SmallPicture

_NAME_DIGITS: Final = 24


@dataclass(frozen=True, slots=True)
class _Moment:
    """A frame of a shot, and what the finding's layer shows there.

    Attributes:
        layer: its number in the frame, from 0; -1 if the frame has no such layer.
    """

    number: int
    frame: Frame
    layer: int
    file: str | None
    upper: int


@dataclass(slots=True, kw_only=True)
class PictureShelf:
    """Takes pictures in, each once, and gives rows that name them.

    Attributes:
        files: JPEG files by name.
    """

    film: Film
    pictures: Pictures
    files: dict[str, bytes] = field(default_factory=dict)

    def rows(self, finding: Finding) -> list[dict[str, Any]]:
        """Rows for a finding; none if it is about nothing that can be seen."""
        moments = list(self._moments(finding))
        if not moments:
            return []
        changed = max(
            self._changed(finding, moments),
            key=lambda one: (one[2].changed_0, -one[0].number),
            default=None,
        )
        if changed is not None:
            return self._before_and_after(*changed)
        return self._where_it_is_seen(moments)

    def _before_and_after(
        self, moment: _Moment, change: Change, leaf: ChangeLeaf
    ) -> list[dict[str, Any]]:
        number = moment.number
        before = _index(self.film.assets.get(change.before), leaf)
        look = self.pictures
        return [
            self._row(
                "before",
                number,
                leaf.before,
                look.source(change.before, before, leaf.before),
            ),
            self._row(
                "after",
                number,
                leaf.after,
                look.source(change.after, leaf.index, leaf.after),
            ),
            self._row("change", number, None, look.changed(change, leaf)),
            self._row("delivered", number, None, look.delivered(number, moment.frame)),
        ]

    def _where_it_is_seen(self, moments: Sequence[_Moment]) -> list[dict[str, Any]]:
        best = max(moments, key=lambda one: (one.upper, -one.number))
        rows = []
        if best.file is not None:
            rows.append(
                self._row("source", best.number, best.file, self._source(best.file))
            )
        rows.append(
            self._row(
                "delivered",
                best.number,
                None,
                self.pictures.delivered(best.number, best.frame),
            )
        )
        if best.layer >= 0:
            seen = self.pictures.covered(best.number, best.frame, best.layer)
            rows.append(self._row("coverage", best.number, None, seen))
        return rows

    def _source(self, file: str) -> SmallPicture:
        sight = SmallPicture(missing="missing")
        for asset, one in self.film.assets.items():
            for index, leaf in one.files.items():
                if leaf.file == file:
                    sight = self.pictures.source(asset, index, file)
                    if sight.content is not None:
                        return sight
        return sight

    def _row(
        self, role: str, number: int, file: str | None, sight: SmallPicture
    ) -> dict[str, Any]:
        name = None
        if sight.content is not None:
            name = f"{sha256_hex(sight.content)[:_NAME_DIGITS]}.jpg"
            self.files[name] = sight.content
        legend = {"change": CHANGE_LEGEND, "coverage": COVERAGE_LEGEND}.get(role)
        return {
            "role": role,
            "frame": number,
            "file": file,
            "picture": name,
            "missing": sight.missing,
            "legend": legend if name else None,
        }

    def _moments(self, finding: Finding) -> Iterator[_Moment]:
        shot = self.film.shots.get(finding.shot or "")
        if shot is None or finding.spans is None or finding.element is None:
            return
        for number in finding.spans.frames():
            frame = shot.frames.get(number)
            if frame is not None:
                yield _moment(number, frame, finding)

    def _changed(
        self, finding: Finding, moments: Sequence[_Moment]
    ) -> Iterator[tuple[_Moment, Change, ChangeLeaf]]:
        measured = [
            one for one in self.film.changes if one.source.id in finding.changes
        ]
        for change in measured:
            leaves = {str(leaf.after): leaf for leaf in change.pictures.values()}
            for moment in moments:
                leaf = leaves.get(moment.file or "")
                if leaf is not None:
                    yield moment, change, leaf


def _moment(number: int, frame: Frame, finding: Finding) -> _Moment:
    layers = frame.measured.coverage.layers
    own = [place for place, one in enumerate(layers) if one.element == finding.element]
    layer = own[finding.layer] if finding.layer < len(own) else -1
    files = {one.layer: one.file for one in frame.measured.inputs}
    return _Moment(
        number=number,
        frame=frame,
        layer=layer,
        file=files.get(layer),
        upper=layers[layer].upper if layer >= 0 else 0,
    )


def _index(before: Asset | None, leaf: ChangeLeaf) -> int:
    # A still before stands for every picture after.
    if before is None or leaf.index in before.files:
        return leaf.index
    return min(before.files, default=0)
