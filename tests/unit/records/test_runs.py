"""What a run may say of its layers, its colour and its active picture."""

from typing import Any, TypeAlias

import pytest

from ledger.encoding import canonical
from ledger.encoding.models import validate
from ledger.errors import MalformedRecordError
from ledger.records.making import Run

Said: TypeAlias = dict[str, Any]

A, B, C, D, E = (letter * 64 for letter in "abcde")


def layer(**more: Any) -> Said:  # noqa: ANN401  # fields of all types
    said = {
        "element": "e0" * 16,
        "asset": A,
        "source_type": "digitalCapture",
        "alpha": "opaque",
    }
    return said | more


def run(*layers: Said, **more: Any) -> Run:  # noqa: ANN401  # fields of all types
    said: Said = {
        "view": "screen",
        "picture": "picture/2",
        "colour": "acescg",
        "measure": "measure/1",
        "width": 192,
        "height": 108,
        "layers": list(layers) or [layer()],
        "tools": [{"name": "numpy", "version": "2"}],
        "tables": {},
        "encoder": {"type": "image/x-exr", "options": []},
        "audience": "public",
        "recipe": {"#": D},
    }
    kept = {key: value for key, value in (said | more).items() if value is not None}
    return validate(Run, canonical.encode(kept))


def test_a_keyed_layer_names_everything_that_cuts_it() -> None:
    keyed = layer(
        alpha="key/2",
        clean_plate=B,
        mattes=[{"role": "core", "asset": C}, {"role": "garbage", "asset": D}],
    )
    assert run(keyed).layers[0].assets() == (A, C, D, B)


def test_an_id_matte_may_be_the_layers_own_file() -> None:
    assert run(layer(alpha="cryptomatte", matte=A)).layers[0].assets() == (A, A)


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        (layer(alpha="cryptomatte"), "/layers/0"),
        (layer(alpha="key/2", matte=B), "/layers/0"),
        (layer(alpha="key/1", clean_plate=B), "/layers/0"),
        (layer(blend="over"), "/layers/0/blend"),
        (layer(mattes=[]), "/layers/0/mattes"),
        (
            layer(
                mattes=[{"role": "holdout", "asset": B}, {"role": "core", "asset": C}]
            ),
            "/layers/0/mattes",
        ),
        (
            layer(mattes=[{"role": "core", "asset": B}, {"role": "core", "asset": C}]),
            "/layers/0/mattes",
        ),
    ],
)
def test_layers_that_contradict_themselves_are_refused(wrong: Said, where: str) -> None:
    with pytest.raises(MalformedRecordError) as refused:
        run(wrong)
    assert refused.value.where == where


def test_pixels_are_those_of_the_active_picture() -> None:
    assert run().pixels == 192 * 108
    box = {"left": 0, "top": 14, "right": 192, "bottom": 94}
    assert run(active=box).pixels == 192 * 80


@pytest.mark.parametrize(
    "box",
    [
        {"left": 5, "top": 0, "right": 5, "bottom": 9},
        {"left": 0, "top": 9, "right": 5, "bottom": 8},
        {"left": 0, "top": 0, "right": 193, "bottom": 108},
        {"left": 0, "top": 0, "right": 192, "bottom": 109},
        {"left": -1, "top": 0, "right": 192, "bottom": 108},
    ],
)
def test_an_active_picture_is_a_part_of_the_frame(box: dict[str, int]) -> None:
    with pytest.raises(MalformedRecordError):
        run(active=box)


def test_the_first_picture_has_no_working_space_and_all_others_have() -> None:
    assert run(picture="picture/1", colour=None).colour is None
    with pytest.raises(MalformedRecordError):
        run(picture="picture/1")
    with pytest.raises(MalformedRecordError):
        run(colour=None)
