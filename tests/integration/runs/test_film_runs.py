"""`picture/2` through the real command: every format, evidence, refusals."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO
import pytest

from pipeline.frames.raster import Samples
from pipeline.frames.raster_output import RasterOutput
from tests.simulators.film_files import cryptomatte, exr
from tests.simulators.film_shot import (
    EXR,
    FRAMES,
    PNG,
    SIZE,
    TIFF,
    codes,
    film_shot,
    layer,
    matte,
    write,
    write_recipe,
)
from tests.simulators.logged_shot import frames_in, leaves, measured, of_kind
from tests.simulators.shot_folder import Done, ShotFolder

ONE = 32768
WIDTH, HEIGHT = SIZE
ACES = {"working": "acescg", "output": "acescg"}
PLATE = layer("actor", "screen/s.%04d.exr", key={"low": 2000, "high": 20000})
GROUND = layer("interior", "codes/c.%04d.tif", source_type="algorithmicMedia")


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> ShotFolder:
    return film_shot(tmp_path_factory.mktemp("film"))


@pytest.fixture
def shot(founded: ShotFolder, tmp_path: Path) -> ShotFolder:
    """Pictures and a production of one's own."""
    shutil.copytree(founded.root, tmp_path / "own")
    return ShotFolder(tmp_path / "own", mark=founded.mark)


def run(shot: ShotFolder) -> Done:
    return shot.run(shot.production, "--out", shot.root / "out")


def made(shot: ShotFolder) -> dict[int, dict[str, Any]]:
    """Run the shot, and verify what it left as a stranger would."""
    done = run(shot)
    assert done.code == 0, done.err
    assert shot.command("fsck", shot.production).code == 0
    bundle, trust = shot.root / "b.zip", shot.production / "trust.json"
    assert shot.command("bundle", shot.production, "--out", bundle).code == 0
    words = ("--trust", trust, "--media", shot.root / "out", "--json")
    verified = shot.command("verify", bundle, *words)
    assert verified.code == 0, verified.out
    return measured(shot.production)


def shown(path: Path) -> Samples:
    """A picture's samples as OpenImageIO reads them, without any conversion."""
    source = OpenImageIO.ImageInput.open(str(path))
    assert source is not None
    kind = source.spec().format
    return np.asarray(source.read_image(kind))[..., :3]


def written(shot: ShotFolder) -> list[Path]:
    return [path for path in frames_in(shot.root / "out") if path.suffix != ".c2pa"]


def refused(shot: ShotFolder, code: int, error: str, *parts: str) -> None:
    done = run(shot)
    assert (done.code, done.json["error"]["code"]) == (code, error), done.err
    for part in parts:
        assert part in done.err
    assert of_kind(shot.production, "run.1") == []


# --- one opaque layer -----------------------------------------------------------------

FORMATS: list[tuple[RasterOutput, str, Callable[[int], Samples]]] = [
    (PNG, "srgb", lambda frame: codes(frame, 8)),
    (
        RasterOutput(kind="png", bits=16, colour="srgb"),
        "srgb",
        lambda frame: codes(frame, 16),
    ),
    (TIFF, "srgb", lambda frame: codes(frame, 16)),
    (
        RasterOutput(kind="tiff", bits=8, compression="lzw", colour="srgb"),
        "srgb",
        lambda frame: codes(frame, 8),
    ),
    (
        RasterOutput(kind="webp", bits=8, colour="srgb"),
        "srgb",
        lambda frame: codes(frame, 8),
    ),
    (
        RasterOutput(kind="dpx", bits=10),
        "logc4-awg4",
        lambda frame: codes(frame, 10),
    ),
    (
        RasterOutput(kind="dpx", bits=16),
        "slog3-sgamut3cine",
        lambda frame: codes(frame, 16),
    ),
]


@pytest.mark.parametrize(
    ("output", "space", "make"),
    FORMATS,
    ids=[f"{one.kind}-{one.bits}-{space}" for one, space, _ in FORMATS],
)
def test_one_opaque_layer_comes_out_as_it_went_in(
    shot: ShotFolder,
    output: RasterOutput,
    space: str,
    make: Callable[[int], Samples],
) -> None:
    name = f"own/o.%04d{output.suffix}"
    for frame in FRAMES:
        write(shot.root, name % frame, make(frame), output)
    table: dict[str, Any] = {"format": output.kind, "bits": output.bits}
    if output.compression:
        table["compression"] = output.compression
    colour = {"working": "acescg", "output": space, "sources": {name: space}}
    write_recipe(shot.recipe, [layer("actor", name)], colour=colour, output=table)
    made(shot)
    for frame, path in zip(FRAMES, written(shot), strict=True):
        assert path.suffix == output.suffix
        expected = shown(shot.root / (name % frame))
        assert (shown(path) == expected).all()


def test_half_floats_come_out_as_they_went_in(shot: ShotFolder) -> None:
    write_recipe(shot.recipe, [layer("actor", "light/l.%04d.exr")], colour=ACES)
    known = made(shot)
    for frame, path in zip(FRAMES, written(shot), strict=True):
        expected = shown(shot.root / f"light/l.{frame}.exr")
        assert expected.dtype == np.float16
        assert (shown(path).view(np.uint16) == expected.view(np.uint16)).all()
        assert path.with_suffix(".c2pa").is_file()
        assert known[frame]["profile"].endswith("+srgb8")


# --- layers ---------------------------------------------------------------------------


def test_a_keyed_plate_over_a_ground_under_light(shot: ShotFolder) -> None:
    fx = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    fx[40:60, 60:90] = 188
    for frame in FRAMES:
        write(shot.root, f"fx/x.{frame}.png", fx, PNG)
    light = layer("fx", "fx/x.%04d.png", blend="plus")
    active = [0, 4, WIDTH, HEIGHT - 4]
    write_recipe(shot.recipe, [GROUND, PLATE, light], colour=ACES, active=active)
    known = made(shot)
    total = ONE * WIDTH * (HEIGHT - 8)
    for leaf in known.values():
        ground, actor, flash = leaf["coverage"]["layers"]
        # The flash hides nothing: the box is wholly the actor's, or the flash's.
        assert actor["upper"] == ONE * 24 * 32
        assert flash["lower"] == 0
        assert 0 < flash["upper"] <= ONE * 20 * 30
        assert ground["lower"] < ground["upper"] < total
        assert leaf["light"]["total"] > 0
    (stated,) = of_kind(shot.production, "run.1")
    body = stated.body["body"]
    assert (body["picture"], body["measure"]) == ("picture/2", "measure/2")
    assert body["layers"][2]["blend"] == "plus"
    assert body["active"] == {"left": 0, "top": 4, "right": WIDTH, "bottom": HEIGHT - 4}
    assert "colour/srgb.f32z" in body["tables"]


def test_mattes_of_every_depth_bound_a_layer(shot: ShotFolder) -> None:
    grey = {8: RasterOutput(kind="png", bits=8), 16: RasterOutput(kind="tiff", bits=16)}
    for frame in FRAMES:
        write(shot.root, f"m/a.{frame}.png", matte(8), grey[8])
        write(shot.root, f"m/b.{frame}.tif", matte(16), grey[16])
    cut = layer("actor", "light/l.%04d.exr", matte="m/b.%04d.tif")
    keyed = {**PLATE, "garbage": "m/a.%04d.png", "element": "fx"}
    write_recipe(shot.recipe, [GROUND, cut, keyed], colour=ACES)
    known = made(shot)
    for frame, leaf in known.items():
        _, half, box = leaf["coverage"]["layers"]
        seen = min(48, 20 + frame - FRAMES.start + 24) - (20 + frame - FRAMES.start)
        assert box["lower"] == box["upper"] == ONE * 32 * seen
        assert half["lower"] == half["upper"] == ONE * (HEIGHT * 48 - 32 * seen)
        assert [one["role"] for one in leaf["inputs"][2]["mattes"]] == ["garbage"]
    (stated,) = of_kind(shot.production, "run.1")
    rows = stated.body["body"]["layers"]
    assert [row["alpha"] for row in rows] == ["opaque", "matte", "key/1"]
    assert [one["role"] for one in rows[2]["mattes"]] == ["garbage"]


def test_a_clean_plate_cuts_what_stands_before_it(shot: ShotFolder) -> None:
    clean = np.zeros((HEIGHT, WIDTH, 3), np.float16)
    clean[..., 1] = 0.6
    write(shot.root, "clean.exr", clean, EXR)
    keyed = layer("actor", "screen/s.%04d.exr", clean_key={}, clean_plate="clean.exr")
    write_recipe(shot.recipe, [GROUND, keyed], colour=ACES)
    for leaf in made(shot).values():
        assert leaf["coverage"]["layers"][1]["lower"] == ONE * 24 * 32
        assert len(leaf["inputs"][1]["clean_plate"]) == 64


def test_a_layer_is_placed_and_runs_in_a_time_of_its_own(shot: ShotFolder) -> None:
    small = layer(
        "actor",
        "light/l.%04d.exr",
        transform={"crop": [0, 0, 48, 64], "size": [24, 32], "at": [10, 20]},
        time={"freeze": FRAMES.start},
    )
    write_recipe(shot.recipe, [GROUND, small], colour=ACES)
    known = made(shot)
    files = {leaf["inputs"][1]["file"] for leaf in known.values()}
    assert len(files) == 1
    for leaf in known.values():
        assert leaf["coverage"]["layers"][1]["lower"] == ONE * 24 * 32


def test_ids_of_a_render_cover_what_the_mattes_they_were_made_from_cover(
    shot: ShotFolder,
) -> None:
    soft = np.linspace(0, 1, WIDTH, dtype=np.float32)[None].repeat(HEIGHT, 0)
    mattes = {"고양이": soft * np.float32(0.5), "sea": 1 - soft}
    channels, header = cryptomatte(mattes)
    for frame in FRAMES:
        (shot.root / f"ids.{frame}.exr").write_bytes(exr(channels, **header))
    named = {"objects": ["고양이"], "name": "CryptoObject"}
    actor = layer("actor", "light/l.%04d.exr", matte="ids.%04d.exr", cryptomatte=named)
    write_recipe(shot.recipe, [GROUND, actor], colour=ACES)
    expected = np.rint(mattes["고양이"] * np.float32(ONE)).sum(dtype=np.int64)
    for leaf in made(shot).values():
        _, seen = leaf["coverage"]["layers"]
        assert seen["lower"] == seen["upper"] == expected
    (stated,) = of_kind(shot.production, "run.1")
    assert stated.body["body"]["layers"][1]["alpha"] == "cryptomatte"


def test_a_named_channel_of_a_render_is_a_matte(shot: ShotFolder) -> None:
    channels = {"mask.A": (matte(8) / np.float32(255)).astype(np.float16)}
    for frame in FRAMES:
        (shot.root / f"mask.{frame}.exr").write_bytes(exr(channels))
    actor = layer(
        "actor", "light/l.%04d.exr", matte="mask.%04d.exr", matte_channel="mask.A"
    )
    write_recipe(shot.recipe, [GROUND, actor], colour=ACES)
    for leaf in made(shot).values():
        assert leaf["coverage"]["layers"][1]["lower"] == ONE * HEIGHT * WIDTH // 2


def test_a_look_is_stated_by_its_table_and_kept(shot: ShotFolder) -> None:
    (shot.root / "warm.cc").write_text(
        '<ColorCorrection id="warm"><SOPNode><Slope>1.1 1 0.9</Slope>'
        "<Offset>0 0 0</Offset><Power>1.2 1.2 1.2</Power></SOPNode></ColorCorrection>"
    )
    look = {"source": "acescct", "target": "acescct", "cdl": "warm.cc"}
    write_recipe(shot.recipe, [GROUND], colour={**ACES, "look": look})
    made(shot)
    (stated,) = of_kind(shot.production, "run.1")
    digest = stated.body["body"]["tables"]["look/0.baked"]
    kept = shot.production / "blobs" / digest[:2] / digest
    assert kept.read_bytes().startswith(b"jangbu-baked/1")
    ungraded = shown(shot.root / f"codes/c.{FRAMES.start}.tif").astype(np.float32)
    graded = shown(written(shot)[0]).astype(np.float32)
    assert graded[..., 0].mean() / graded[..., 2].mean() > (
        ungraded[..., 0].mean() / ungraded[..., 2].mean()
    )


def test_another_run_of_the_same_shot_keeps_everything(shot: ShotFolder) -> None:
    write_recipe(shot.recipe, [GROUND, PLATE], colour=ACES)
    first = made(shot)
    again = run(shot)
    assert again.code == 0, again.err
    assert measured(shot.production) == first
    assert len(of_kind(shot.production, "run.1")) == 1


def test_every_leaf_states_its_tables(shot: ShotFolder) -> None:
    write_recipe(shot.recipe, [GROUND, {**PLATE, "blend": "screen"}], colour=ACES)
    made(shot)
    (stated,) = of_kind(shot.production, "frame.set.1")
    tiles = stated.body["body"]["tiles"]
    # Three tables of three rows, of 2 × 1 tiles and 4 bytes, for each frame.
    assert tiles["length"] == len(FRAMES) * 3 * 3 * 2 * 4
    assert len(leaves(shot.production, stated.body["body"]["measured"])) == len(FRAMES)


# --- refusals -------------------------------------------------------------------------


def test_a_source_that_declares_no_space_is_refused(shot: ShotFolder) -> None:
    bare = RasterOutput(kind="tiff", bits=16)
    for frame in FRAMES:
        write(shot.root, f"bare/b.{frame}.tif", codes(frame, 16), bare)
    source = "bare/b.%04d.tif"
    write_recipe(shot.recipe, [layer("actor", source)], colour=ACES)
    refused(shot, 4, "frame.colour", source, "colour.sources")


def test_a_space_against_what_the_file_declares_is_refused(shot: ShotFolder) -> None:
    named = {**ACES, "sources": {"codes/c.%04d.tif": "rec709"}}
    write_recipe(shot.recipe, [GROUND], colour=named)
    refused(shot, 4, "frame.colour", "rec709 named, srgb declared")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"blend": "plus"}, "layer 0: blend"),
        ({"garbage": "m.%04d.png"}, "layer 0: garbage"),
        ({"transform": {"at": [1, 1]}}, "layer 0: transform"),
        ({"time": {"freeze": 1024}}, "layer 0: time"),
    ],
)
def test_what_only_film_knows_needs_a_colour_table(
    shot: ShotFolder, changed: dict[str, Any], field: str
) -> None:
    write_recipe(shot.recipe, [{**GROUND, **changed}], output={"format": "png"})
    refused(shot, 4, "run.recipe", field, "[colour]")


@pytest.mark.parametrize(
    ("table", "field"),
    [
        ({"format": "exr"}, "output.format"),
        ({"format": "png", "bits": 16}, "output.bits"),
        ({"format": "png", "compression": "deflate"}, "output.compression"),
    ],
)
def test_outputs_of_film_need_a_colour_table(
    shot: ShotFolder, table: dict[str, Any], field: str
) -> None:
    write_recipe(shot.recipe, [GROUND], output=table)
    refused(shot, 4, "run.recipe", field)


def test_film_as_a_source_of_the_first_picture_is_refused(shot: ShotFolder) -> None:
    write_recipe(shot.recipe, [GROUND], output={"format": "png"})
    refused(shot, 4, "frame.unreadable", "c.1024.tif", "TIFF")


@pytest.mark.parametrize(
    ("changed", "colour", "shot_fields", "part"),
    [
        ({}, {"working": "srgb"}, {}, "colour.working"),
        ({}, {"working": "aces2065-1"}, {}, "colour.working"),
        ({}, {"working": "no-such"}, {}, "no-such"),
        ({}, ACES, {"active": [0, 0, WIDTH + 1, HEIGHT]}, "shot.active"),
        ({}, ACES, {"active": [5, 5, 5, 9]}, "shot.active"),
        ({}, ACES, {"size": [WIDTH + 2, HEIGHT]}, "transform"),
        ({"clean_key": {}}, ACES, {}, "clean_key"),
        ({"matte_channel": "A"}, ACES, {}, "matte_channel"),
        ({"channels": "beauty"}, ACES, {}, "channels"),
        ({"alpha": "embedded"}, ACES, {}, "alpha"),
        ({"time": {"speed": "1/0"}}, ACES, {}, "time.speed"),
        ({"time": {"beyond": "hold"}}, ACES, {}, "time"),
    ],
)
def test_recipes_of_film_that_cannot_be_meant(
    shot: ShotFolder,
    changed: dict[str, Any],
    colour: dict[str, Any],
    shot_fields: dict[str, Any],
    part: str,
) -> None:
    write_recipe(shot.recipe, [{**GROUND, **changed}], colour=colour, **shot_fields)
    done = run(shot)
    assert done.code == 4, done.err
    assert part in done.err
    assert of_kind(shot.production, "frame.set.1") == []
