"""Frames made on a Ray cluster, of which a node dies half-way."""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fault.conftest import FRAMES, Undisturbed
from tests.simulators.logged_shot import (
    cells_decided,
    check_version,
    check_whole,
    derived,
    measured,
)
from tests.simulators.shot_folder import ShotFolder, ended, soon

pytestmark = pytest.mark.slow

START_S = 120


@dataclass(frozen=True)
class Nodes:
    """Three nodes of a cluster on this machine."""

    process: "subprocess.Popen[str]"
    address: str

    def kill_one(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("kill\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "killed\n"


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    if importlib.util.find_spec("ray") is None:
        pytest.skip("Ray is not installed")
    script = Path(__file__).with_name("ray_nodes.py")
    with (tmp_path / "ray.log").open("w+") as log:
        process = subprocess.Popen(
            [sys.executable, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        with process:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            if not address:
                log.seek(0)
                pytest.skip(f"Ray does not start here: {log.read()[-300:]}")
            yield Nodes(process, address)
            assert process.stdin is not None
            process.stdin.close()
            process.wait(START_S)


def test_a_node_that_dies_half_way_costs_no_frame_and_doubles_none(
    shot: ShotFolder, undisturbed: Undisturbed, nodes: Nodes
) -> None:
    production, out = shot.copy_production("ray"), shot.root / "ray-out"
    on_ray = ("--executor", "ray", "--ray-address", nodes.address)
    process = shot.start_run(production, "--out", out, *on_ray, workers=3)
    assert soon(lambda: process.poll() is not None or any(cells_decided(out)), START_S)
    assert process.poll() is None, ended(process).err
    nodes.kill_one()
    done = ended(process)
    assert done.code == 0, done.err
    check_whole(production, out, FRAMES)
    check_version(production)
    # Cells are committed as they become whole, which a lost batch delays.
    assert sorted(derived(production)) == sorted(derived(undisturbed.production))
    assert measured(production) == measured(undisturbed.production)


def test_a_cluster_that_is_not_there_is_said_before_any_frame(
    one_cell: ShotFolder,
) -> None:
    if importlib.util.find_spec("ray") is None:
        pytest.skip("Ray is not installed")
    production, out = one_cell.copy_production("no-ray"), one_cell.root / "no-ray-out"
    on_ray = ("--executor", "ray", "--ray-address", "127.0.0.1:1")
    done = ended(one_cell.start_run(production, "--out", out, *on_ray))
    assert (done.code, done.json["error"]["code"]) == (7, "run.cluster"), done.err
    assert list(out.glob("*.png")) == []
