"""Two versions of a shot compared."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.models import validate
from ledger.history.version_diff import VersionFrames, compare
from ledger.records.frames import MeasuredLeaf

ONE, TWO = "1" * 32, "2" * 32


def _leaf(
    frame: int,
    pixels: str = "a",
    file: str = "b",
    covered: int = 10,
    element: str = ONE,
) -> MeasuredLeaf:
    layers: list[JsonValue] = [
        {"element": element, "lower": covered, "upper": covered},
        {"element": element, "lower": 5, "upper": 6},
    ]
    rest: dict[str, JsonValue] = {"lower": 90 - covered, "upper": 90 - covered}
    return validate(
        MeasuredLeaf,
        canonical.encode(
            {
                "v": 1,
                "frame": frame,
                "pixels": pixels * 64,
                "decoder": "x@1",
                "inputs": [{"layer": 0, "file": file * 64}],
                "coverage": {"layers": layers, "unattributed": rest},
                "tiles": "c" * 64,
                "iscc": "ISCC:EEAWWYS2KVNFKSSV",
                "profile": "p/1",
            }
        ),
    )


def _version(cells: dict[int, str], *leaves: MeasuredLeaf) -> VersionFrames:
    return VersionFrames(cells=cells, frames={one.frame: one for one in leaves})


def test_layers_of_one_element_are_one_figure() -> None:
    old = _version({0: "s"}, _leaf(1), _leaf(2))
    new = _version({0: "t"}, _leaf(1), _leaf(2, covered=12))
    found = compare(old, new)
    assert [one.frame for one in found.changed] == [2]
    element, rest = found.changed[0].moved
    assert (element.element, element.old, element.new) == (ONE, (15, 16), (17, 18))
    assert (rest.element, rest.old, rest.new) == ("unattributed", (80, 80), (78, 78))


def test_an_element_that_is_new_has_no_bounds_before() -> None:
    found = compare(
        _version({0: "s"}, _leaf(1)), _version({0: "t"}, _leaf(1, element=TWO))
    )
    (changed,) = found.changed
    assert [(one.element, one.old, one.new) for one in changed.moved] == [
        (ONE, (15, 16), None),
        (TWO, None, (15, 16)),
    ]


def test_another_input_with_the_same_picture_is_evidence_that_moved() -> None:
    found = compare(
        _version({0: "s"}, _leaf(1)), _version({0: "t"}, _leaf(1, file="d"))
    )
    (changed,) = found.changed
    assert (changed.pixels, changed.inputs, changed.moved) == (False, (0,), ())


@given(
    st.dictionaries(st.integers(0, 9), st.sampled_from("ab")),
    st.dictionaries(st.integers(0, 9), st.sampled_from("ab")),
)
def test_every_frame_is_told_as_what_it_is(
    old: dict[int, str], new: dict[int, str]
) -> None:
    before = _version(dict(old), *(_leaf(n, pixels=p) for n, p in old.items()))
    after = _version(dict(new), *(_leaf(n, pixels=p) for n, p in new.items()))
    found = compare(before, after)
    assert set(found.added) == new.keys() - old.keys()
    assert set(found.removed) == old.keys() - new.keys()
    both = old.keys() & new.keys()
    assert {one.frame for one in found.changed} == {n for n in both if old[n] != new[n]}
    assert set(found.shared) == {n for n in both if old[n] == new[n]}
    assert set(found.replaced) == (old.keys() | new.keys()) - set(found.shared)
    assert compare(before, before).changed == ()
