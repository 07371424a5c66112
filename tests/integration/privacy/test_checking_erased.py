"""fsck of a production in which a person was erased, by the commands themselves."""

import shutil
from pathlib import Path

from typer.testing import CliRunner

from ledger.cli.main import app
from tests.integration.privacy.conftest import World
from tests.integration.privacy.in_process import jangbu


def codes(root: Path) -> tuple[int, list[str]]:
    """Exit code and findings of fsck."""
    code, document = jangbu("fsck", str(root))
    return code, [one["code"] for one in document["findings"]]


def test_an_erased_person_is_no_damage_until_they_are_put_back(
    world: World, tmp_path: Path
) -> None:
    root, before, person = tmp_path / "prod", tmp_path / "before", world.person()
    shutil.copytree(world.production, before)
    shutil.copytree(world.production, root)
    assert codes(root) == (0, [])
    assert jangbu("erase", str(root), person)[0] == 0
    assert codes(root) == (0, [])
    said = CliRunner().invoke(app, ["fsck", str(root)])
    assert said.exit_code == 0
    words = " ".join(said.stderr.split())
    assert words.endswith(
        "as logged, except 1 erased statements that cannot be checked"
    )

    # Without the key the older vault is as good as erased; with it, it is not.
    for suffix in ("", "-wal", "-shm"):
        (root / f"vault.sqlite{suffix}").unlink(missing_ok=True)
    for path in before.glob("vault.sqlite*"):
        shutil.copy(path, root)
    code, found = codes(root)
    assert "erasure.undone" not in found
    key = Path("keys", "blind", f"person-{person}")
    shutil.copy(before / key, root / key)
    code, found = codes(root)
    assert (code, "erasure.undone" in found) == (5, True)
