"""A show's own config: what is read of it, and what it may not do."""

import zipfile
from pathlib import Path

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813 - the name its documentation uses
import pytest

from pipeline.colour import ocio_config
from pipeline.colour.bake import ConfigStep, Look, evaluator
from pipeline.colour.ocio_config import open_config
from pipeline.colour.spaces import space_of
from pipeline.errors import LookError
from tests.integration.colour.show_files import STUDIO, curve_lut, plain_config

ACESCCT = space_of("acescct")
LUT = curve_lut("spi1d")


def show(folder: Path, *, src: str = "look.spi1d", search: str = "luts") -> Path:
    """A config with one space behind a LUT, written by OpenColorIO."""
    config = plain_config()
    config.setSearchPath(search)
    space = ocio.ColorSpace(name="graded")
    space.setTransform(ocio.FileTransform(src=src), ocio.COLORSPACE_DIR_FROM_REFERENCE)
    config.addColorSpace(space)
    (folder / "luts").mkdir(exist_ok=True)
    (folder / "luts" / "look.spi1d").write_bytes(LUT)
    file = folder / "config.ocio"
    file.write_text(config.serialize(), encoding="utf-8")
    return file


def graded(path: str, target: str = "graded") -> list[float]:
    step = ConfigStep(config=open_config(path), source="plain", target=target)
    look = Look(source=ACESCCT, target=ACESCCT, steps=(step,))
    found: list[float] = evaluator(look)(np.full((1, 3), 0.5, np.float32))[0].tolist()
    return found


def test_a_shows_own_config_is_read_with_its_luts(tmp_path: Path) -> None:
    found = graded(str(show(tmp_path)))
    assert found[1] == pytest.approx(0.5, abs=1e-3)
    # Exponents of 1.1 and 0.9, one of them each way.
    assert sorted((found[0], found[2])) == pytest.approx([0.467, 0.536], abs=2e-3)


def test_a_space_that_a_config_calls_data_is_refused(tmp_path: Path) -> None:
    # OpenColorIO converts nothing then, and does not say so.
    file = str(show(tmp_path))
    step = ConfigStep(config=open_config(file), source="raw", target="graded")
    with pytest.raises(LookError):
        evaluator(Look(source=ACESCCT, target=ACESCCT, steps=(step,)))


def test_a_config_is_named_by_its_bytes_and_those_of_its_luts(tmp_path: Path) -> None:
    file = show(tmp_path)
    first = open_config(str(file)).digest
    assert open_config(str(file)).digest == first
    changed = LUT.replace(b"1.000000 1.000000 1.000000", b"0.900000 0.900000 0.900000")
    assert changed != LUT
    (tmp_path / "luts" / "look.spi1d").write_bytes(changed)
    assert open_config(str(file)).digest != first


def test_an_archive_is_read_like_its_folder(tmp_path: Path) -> None:
    file = show(tmp_path)
    archive = tmp_path / "show.ocioz"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(file, "config.ocio")
        packed.write(tmp_path / "luts" / "look.spi1d", "luts/look.spi1d")
    assert graded(str(archive)) == graded(str(file))


def test_the_environment_has_no_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setenv("SHOT", "elsewhere")
    for search, src in (("$SHOT", "look.spi1d"), ("luts", "${SHOT}/look.spi1d")):
        with pytest.raises(LookError):
            open_config(str(show(tmp_path, src=src, search=search)))


@pytest.mark.parametrize(
    ("src", "search"),
    [
        ("../look.spi1d", "luts"),
        ("/look.spi1d", "luts"),
        ("look.spi1d", "../luts"),
        ("look.spi1d", "/luts"),
        ("look.spi1d", "luts:../.."),
        ("look.spi1d", "~/luts"),
        ("%SHOT%.spi1d", "luts"),
        ("C:\\look.spi1d", "luts"),
        ("missing.spi1d", "luts"),
    ],
)
def test_a_config_may_not_reach_outside_its_folder(
    tmp_path: Path, src: str, search: str
) -> None:
    (tmp_path / "show").mkdir()
    (tmp_path / "look.spi1d").write_bytes(LUT)
    with pytest.raises(LookError):
        open_config(str(show(tmp_path / "show", src=src, search=search)))


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "show").mkdir()
    file = show(tmp_path / "show")
    (tmp_path / "secret.spi1d").write_bytes(LUT)
    inside = tmp_path / "show" / "luts" / "look.spi1d"
    inside.unlink()
    inside.symlink_to(tmp_path / "secret.spi1d")
    with pytest.raises(LookError):
        open_config(str(file))


def test_a_damaged_lut_of_a_config_is_refused(tmp_path: Path) -> None:
    file = show(tmp_path)
    damaged = LUT.replace(b"Length", b"Length 9", 1)
    (tmp_path / "luts" / "look.spi1d").write_bytes(damaged)
    with pytest.raises(LookError):
        open_config(str(file))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"no config",
        b"ocio_profile_version: 2\n",
        b"ocio_profile_version: 99\n",
        b"a: &a [x]\nb: [*a, *a]\n",
    ],
)
def test_a_file_that_is_no_config_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "config.ocio"
    file.write_bytes(content)
    with pytest.raises(LookError):
        graded(str(file))


def test_a_config_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "config.ocio"
    file.write_bytes(b" " * (ocio_config.MOST_BYTES + 1))
    with pytest.raises(LookError):
        open_config(str(file))


def archive_of(path: Path, members: dict[str, bytes]) -> str:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return str(path)


def test_an_archive_that_is_a_trap_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = show(tmp_path).read_bytes()
    path = tmp_path / "show.ocioz"
    inside = {"config.ocio": config, "luts/look.spi1d": LUT}
    assert graded(archive_of(path, inside))
    with pytest.raises(LookError):
        open_config(archive_of(path, {**inside, "../outside.spi1d": LUT}))
    many = {f"luts/{number}.spi1d": b"" for number in range(ocio_config.MOST_MEMBERS)}
    with pytest.raises(LookError):
        open_config(archive_of(path, {**inside, **many}))
    path.write_bytes(b"PK no archive")
    with pytest.raises(LookError):
        open_config(str(path))
    # A bomb of 256 MiB would be slow to make: the bound is lowered instead.
    monkeypatch.setattr(ocio_config, "MOST_ARCHIVE", 2**20)
    with pytest.raises(LookError):
        open_config(archive_of(path, {**inside, "bomb": bytes(2**21)}))


def test_a_built_in_config_needs_its_full_name() -> None:
    assert open_config(f"ocio://{STUDIO}").digest
    for name in ("ocio://default", "ocio://studio-config-latest", "ocio://"):
        with pytest.raises(LookError):
            open_config(name)


def test_a_config_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for name in ("missing.ocio", "missing.ocioz"):
        with pytest.raises(LookError):
            open_config(str(tmp_path / name))
