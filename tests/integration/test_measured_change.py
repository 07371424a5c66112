"""Measuring the change between registered files as they lie on disk."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ledger.encoding.digest import sha256_hex
from ledger.log.leaves import encode_leaves, read_leaves
from ledger.records.editing import ChangeLeaf
from pipeline.capture.files import SourceFile, register_file
from pipeline.credentials.jumbf import manifest_store_of
from pipeline.editing.change import measure_change, pair_pictures
from pipeline.errors import (
    ChangedInputError,
    FrameHoleError,
    FrameShapeError,
    PipelineError,
    UnreadableFrameError,
)
from tests.simulators.picture_files import SIGNATURE, chunk, header

SIZE = (70, 40)
Draw = Callable[..., SourceFile]


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    def drawn(
        name: str,
        index: int,
        painted: int = 0,
        size: tuple[int, int] = SIZE,
        mode: str = "RGB",
    ) -> SourceFile:
        path = tmp_path / name
        width, height = size
        rows, columns = np.indices((height, width))
        planes = np.stack([rows * 3, columns * 2, rows + columns], 2).astype(np.uint8)
        planes[:painted, :painted] = (255, 0, 128)
        Image.fromarray(planes).convert(mode).save(path)
        return register_file(path, index, manifest_store_of)

    return drawn


def by_index(*files: SourceFile) -> dict[int, SourceFile]:
    return {file.index: file for file in files}


def test_each_picture_after_is_compared_with_the_one_of_its_number(draw: Draw) -> None:
    before = by_index(*(draw(f"b.{n}.png", n) for n in range(1001, 1004)))
    after = by_index(draw("a.1002.png", 1002, 5), draw("a.1003.png", 1003))
    seen: list[int] = []
    met = measure_change(before, after, seen.append)
    assert seen == [leaf.index for leaf in met.leaves] == [1002, 1003]
    first, second = met.leaves
    assert (first.before, first.after) == (before[1002].digest, after[1002].digest)
    assert first.changed_0 == first.changed_2 == 25
    assert first.pixels == 70 * 40
    assert (second.changed_0, second.sum_abs) == (0, 0)
    assert first.before_decoder == first.after_decoder
    assert first.before_decoder.startswith("pillow@")
    assert met.changed


def test_the_leaves_and_the_tile_tables_are_what_a_statement_commits_to(
    draw: Draw,
) -> None:
    before = by_index(*(draw(f"b.{n}.png", n) for n in (3, 4)))
    after = by_index(*(draw(f"a.{n}.png", n, n) for n in (4, 3)))
    met = measure_change(before, after)
    blob = encode_leaves(met.leaves)
    assert read_leaves(ChangeLeaf, blob.raw, blob.stated) == met.leaves
    length = 4 * 4 * 2  # four figures, two tiles
    tables = [met.tiles[:length], met.tiles[length:]]
    assert [leaf.tiles for leaf in met.leaves] == [sha256_hex(one) for one in tables]
    assert [int.from_bytes(one[:4], "little") for one in tables] == [9, 16]


def test_a_single_still_before_stands_for_every_picture_after(draw: Draw) -> None:
    still = draw("still.png", 0)
    after = by_index(*(draw(f"a.{n}.png", n, n - 1000) for n in (1001, 1002)))
    # A still stands under every frame of the shot that uses it.
    met = measure_change({1001: still, 1002: still}, after)
    assert [leaf.before for leaf in met.leaves] == [still.digest] * 2
    assert [leaf.changed_0 for leaf in met.leaves] == [1, 4]


def test_each_picture_before_is_read_for_itself(draw: Draw) -> None:
    before = by_index(draw("b.1.png", 1, 3), draw("b.2.png", 2, 4))
    after = by_index(draw("a.1.png", 1, 5), draw("a.2.png", 2, 5))
    met = measure_change(before, after)
    assert [leaf.changed_0 for leaf in met.leaves] == [25 - 9, 25 - 16]


def test_a_jpeg_beside_a_png_names_both_decoders(draw: Draw) -> None:
    met = measure_change(by_index(draw("b.jpg", 0)), by_index(draw("a.png", 0)))
    leaf = met.leaves[0]
    assert leaf.before_decoder.startswith("simplejpeg@")
    assert leaf.after_decoder != leaf.before_decoder
    assert leaf.changed_0 > 0


def test_the_same_files_have_no_change(draw: Draw) -> None:
    file = by_index(draw("b.png", 7))
    met = measure_change(file, file)
    assert not met.changed
    assert met.tiles == bytes(len(met.tiles))


def test_measuring_twice_gives_the_same(draw: Draw) -> None:
    before, after = by_index(draw("b.png", 0)), by_index(draw("a.png", 0, 9))
    assert measure_change(before, after) == measure_change(before, after)


def refusal(
    error: type[PipelineError], before: list[SourceFile], after: list[SourceFile]
) -> PipelineError:
    """Refused before anything is decoded, and the same when it is measured."""
    with pytest.raises(error) as paired:
        pair_pictures(by_index(*before), by_index(*after))
    with pytest.raises(error) as measured:
        measure_change(by_index(*before), by_index(*after))
    assert str(paired.value) == str(measured.value)
    return measured.value


def test_a_picture_after_without_a_counterpart_is_named(draw: Draw) -> None:
    met = refusal(
        FrameHoleError, [draw("b.5.png", 5)], [draw("a.5.png", 5), draw("a.6.png", 6)]
    )
    assert met.facts == {"index": 6}
    assert met.where.endswith("a.6.png")


def test_two_stills_do_not_stand_for_everything(draw: Draw) -> None:
    before = [draw("b.0.png", 0), draw("b.1.png", 1)]
    assert refusal(FrameHoleError, before, [draw("a.2.png", 2)]).facts == {"index": 2}


def test_no_picture_on_one_side_is_refused(draw: Draw) -> None:
    file = [draw("b.png", 0)]
    assert "0 after" in refusal(FrameHoleError, file, []).met
    assert "0 before" in refusal(FrameHoleError, [], file).met


def test_another_size_is_refused_with_file_and_number(draw: Draw) -> None:
    before = [draw("b.png", 0)]
    after = [draw("a.1.png", 1), draw("a.2.png", 2, size=(40, 70))]
    met = refusal(FrameShapeError, before, after)
    assert met.facts == {"index": 2}
    assert met.where.endswith("a.2.png")
    assert met.met == "40 × 70"


@pytest.mark.parametrize(("mode", "noun"), [("RGBA", "alpha"), ("L", "grey")])
def test_alpha_and_grey_are_refused_on_either_side(
    draw: Draw, mode: str, noun: str
) -> None:
    plain, other = draw("plain.png", 0), draw("other.png", 0, mode=mode)
    for before, after in ((plain, other), (other, plain)):
        met = refusal(FrameShapeError, [before], [after])
        assert noun in met.met
        assert met.where.endswith("other.png")


def test_a_file_that_changed_after_it_was_registered_is_refused(draw: Draw) -> None:
    before, after = draw("b.png", 3), draw("a.png", 3, 5)
    draw("a.png", 3, 6)
    with pytest.raises(ChangedInputError) as caught:
        measure_change(by_index(before), by_index(after))
    assert caught.value.facts == {"index": 3}
    assert caught.value.where.endswith("a.png")


def test_a_file_that_is_gone_is_refused(draw: Draw) -> None:
    before, after = draw("b.png", 3), draw("a.png", 3, 5)
    before.path.unlink()
    with pytest.raises(UnreadableFrameError) as caught:
        measure_change(by_index(before), by_index(after))
    assert caught.value.facts == {"index": 3}


def test_pixels_that_are_damaged_are_refused_with_their_number(tmp_path: Path) -> None:
    # Its structure is whole, so that only decoding finds the damage.
    path = tmp_path / "a.png"
    broken = chunk(b"IDAT", b"no deflate stream at all")
    path.write_bytes(SIGNATURE + header(8, 8) + broken + chunk(b"IEND"))
    file = register_file(path, 12, manifest_store_of)
    with pytest.raises(PipelineError) as caught:
        measure_change(by_index(file), by_index(file))
    assert caught.value.facts["index"] == 12
    assert caught.value.where.endswith("a.png")
