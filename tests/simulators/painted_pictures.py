"""Pictures for reports that are not read from anywhere: synthetic, one for each ask."""

from dataclasses import dataclass, field

from ledger.history.film import Change, Frame
from ledger.records.editing import ChangeLeaf
from ledger.reports.pictures import SmallPicture
from tests.simulators.report_samples import picture


@dataclass
class PaintedPictures:
    """Implements `ledger.reports.pictures.Pictures`; remembers what it was asked for.

    Attributes:
        missing: files that are not at hand, by digest.
    """

    missing: set[str] = field(default_factory=set)
    asked: list[tuple[str, object]] = field(default_factory=list)

    def source(self, asset: str, index: int, file: str) -> SmallPicture:
        self.asked.append(("source", (asset, index, file)))
        if file in self.missing:
            return SmallPicture(missing="missing")
        return SmallPicture(content=picture(40))

    def delivered(self, number: int, frame: Frame) -> SmallPicture:
        self.asked.append(("delivered", number))
        return SmallPicture(content=picture(80))

    def changed(self, change: Change, leaf: ChangeLeaf) -> SmallPicture:
        self.asked.append(("changed", leaf.index))
        return SmallPicture(content=picture(120))

    def covered(self, number: int, frame: Frame, layer: int) -> SmallPicture:
        self.asked.append(("covered", (number, layer)))
        return SmallPicture(content=picture(160))
