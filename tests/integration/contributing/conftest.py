"""A production with a painter and a supervisor who alone have their keys."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.recording.conftest import FRAMES, PEOPLE, paint
from tests.integration.recording.told import PAINTED
from tests.simulators.command_inside import jangbu_inside
from tests.simulators.shot_folder import Done, ShotFolder, make_shot

SUPERVISOR = """
[[party]]
type = "person"
name = "한감독"
handle = "supervisor"
may = ["countersignature"]
public_key = "{key}"
"""
LINES: list[dict[str, Any]] = [
    {key: value for key, value in PAINTED.items() if key != "by"},
    {
        "kind": "contribution",
        "party": "painter",
        "route": "input",
        "act": "sketch",
        # 00:30 of the next day in Seoul.
        "at": "2026-09-01T15:30:00.000000Z",
        "note": "창 밖 풍경 스케치",
    },
]


@dataclass(frozen=True)
class Signing:
    """The production, and what its people have on their own devices."""

    shot: ShotFolder

    @property
    def root(self) -> Path:
        return self.shot.root

    def call(self, *arguments: object) -> Done:
        return self.jangbu("contribute", *arguments)

    def jangbu(self, *arguments: object) -> Done:
        """Any other command."""
        return jangbu_inside(*arguments)

    def prepare(self, out: str = "request.json", *options: object) -> Done:
        return self.call(
            "prepare",
            self.shot.production,
            self.root / "lines.jsonl",
            *("--party", "painter", "-o", self.root / out, "--json", *options),
        )

    def sign(self, request: str = "request.json", out: str = "signed.json") -> Done:
        key = self.root / "painter.pem"
        return self.call(
            "sign", self.root / request, "--key", key, "-o", self.root / out, "--json"
        )

    def submit(self, name: str = "signed.json") -> Done:
        return self.call("submit", self.shot.production, self.root / name, "--json")

    def signed_anew(self) -> Done:
        """Prepared, signed and submitted once more."""
        assert self.prepare("anew.json").code == 0
        assert self.sign("anew.json", "signed-anew.json").code == 0
        return self.submit("signed-anew.json")

    def signed(self, *options: object) -> Path:
        """What the painter signed."""
        for done in (self.prepare("request.json", *options), self.sign()):
            assert done.code == 0, done.err
        return self.root / "signed.json"


@pytest.fixture(scope="session")
def unsigned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShotFolder]:
    """The production before anybody signed anything; copies are used."""
    root = tmp_path_factory.mktemp("signing")
    shot = make_shot(root, FRAMES, (64, 36))
    paint(root)
    keys = {}
    for name in ("painter", "supervisor", "assessor"):
        done = shot.command("contribute", "key", "-o", root / f"{name}.pem", "--json")
        assert done.code == 0, done.err
        keys[name] = done.json["public_key"]
    registry = shot.production / "production.toml"
    people = PEOPLE
    for name in ("painter", "assessor"):
        row = f'handle = "{name}"'
        people = people.replace(row, f'{row}\npublic_key = "{keys[name]}"')
    first, more = 'may = ["contribution"]', '"engagement", "generation"]'
    people = people.replace(first, first.replace("]", f", {more}"), 1)
    text = registry.read_text("utf-8") + people
    text += SUPERVISOR.format(key=keys["supervisor"])
    registry.write_text(text, "utf-8")
    for done in (
        shot.command("register", shot.production),
        shot.run(shot.production, "--out", root / "out"),
    ):
        assert done.code == 0, done.err
    lines = "".join(json.dumps(line) + "\n" for line in LINES)
    (root / "lines.jsonl").write_text(lines, "utf-8")
    (root / "keys.json").write_text(json.dumps(keys), "utf-8")
    yield shot
    shot.close()


@pytest.fixture
def signing(unsigned: ShotFolder, tmp_path: Path) -> Signing:
    """A production and devices of one's own."""
    shutil.copytree(unsigned.root, tmp_path, dirs_exist_ok=True)
    return Signing(ShotFolder(tmp_path, mark=unsigned.mark))
