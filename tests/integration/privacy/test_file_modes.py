"""Private files are private by themselves: the commands ran with a umask of 0."""

import stat
from pathlib import Path

import pytest

from tests.integration.privacy.conftest import World


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def is_output(path: Path, root: Path) -> bool:
    """Whether it is a sealed frame or the folder of such: for others to use."""
    name = path.relative_to(root).as_posix()
    return name.startswith(("prod/frames", "jpeg", "offline")) and ".jangbu" not in name


def private_paths(world: World) -> list[Path]:
    tops = [world.root / name for name in ("prod", "jpeg", "offline")]
    bundles = [*world.root.glob("*.zip")]
    below = [path for top in tops for path in top.rglob("*")]
    found = [path for path in below if not is_output(path, world.root)]
    return [world.root / "prod", *found, *bundles]


def test_every_private_file_and_folder_is_its_owners_alone(world: World) -> None:
    wrong = {
        str(path.relative_to(world.root)): oct(mode(path))
        for path in private_paths(world)
        if mode(path) != (0o700 if path.is_dir() else 0o600)
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "name",
    [
        *("production.toml", "trust.json", "ledger.sqlite", "vault.sqlite"),
        *("keys/sign/*.pem", "keys/blind/*", "keys/c2pa/*.pem", "outbox/*.json"),
        *("log/entries", "log/checkpoint", "log/.lock", "blobs/*/*"),
        *("frames/*/.jangbu/*.json", "frames/*/.jangbu/cells/*.json"),
    ],
)
def test_the_files_that_were_looked_at_are_there(world: World, name: str) -> None:
    looked_at = set(private_paths(world))
    found = set(world.production.glob(name))
    assert found
    assert found <= looked_at


def test_sealed_frames_can_be_read_by_all_and_changed_by_their_owner_alone(
    world: World,
) -> None:
    frames = [path for path in world.root.rglob("*.????.*g") if path.is_file()]
    sealed = [path for path in frames if is_output(path, world.root)]
    assert len(sealed) == 12
    assert {mode(path) for path in sealed} == {0o644}
