"""Recording lines in a production, and reading what the log says afterwards."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.cli.record import record_raw
from ledger.history.film import Film
from ledger.production.film import read_film
from ledger.production.opening import opened
from tests.simulators.logged_shot import entries
from tests.simulators.shot_folder import CODE, Done, ShotFolder

AT = "2026-09-01T10:00:00.000000Z"
Line = dict[str, Any]

PAINTED: Line = {
    "kind": "contribution",
    "party": "painter",
    "route": "edit",
    "act": "paint",
    "at": AT,
    "shot": CODE,
    "element": "interior",
    "frames": "1001-1004",
    "before": ["bg/b.%04d.jpg"],
    "after": ["paint/b.%04d.png"],
    "note": "붉은 창을 그려 넣음",
    "minutes": 90,
    "by": "painter",
}
ENGAGED: Line = {
    "kind": "engagement",
    "party": "painter",
    "company": "studio",
    "status": "freelancer",
    "from_on": "2026-01-05",
    "to_on": "2026-12-31",
    "at": AT,
    "assignment": "economic_rights",
    "derivative_right": True,
    "credit": ["matte-painter"],
    "document": "contract.txt",
}
GENERATED: Line = {
    "kind": "generation",
    "provider": "scripted",
    "model": "scripted-interior",
    "model_version": "1",
    "source_type": "algorithmicMedia",
    "asked_at": AT,
    "prompt": "a quiet room",
    "seed": 7,
    "parameters": {"cfg": "7.5"},
    "party": "director",
    "inputs": [{"source": "paint/b.1001.png", "edge": "reference"}],
    "outputs": [{"source": "bg/b.%04d.jpg", "frames": "1001-1004"}],
}
OPINED: Line = {
    "kind": "opinion",
    "by": "assessor",
    "shot": CODE,
    "element": "interior",
    "frames": "1001-1004",
    "question": "kr.authorship.edit",
    "judgement": "expression.added",
    "finding": "yes",
    "reasons": "창의 모양과 색을 화가가 골랐다",
    "confirms": True,
    "at": AT,
}
DIRECTED: Line = {
    "kind": "contribution",
    "party": "director",
    "route": "direction",
    "act": "direct",
    "at": AT,
}


def without(line: Line, *names: str) -> Line:
    return {name: value for name, value in line.items() if name not in names}


def withdrawn(line: Line, of: object, **more: Any) -> Line:  # noqa: ANN401
    """A line that withdraws what another line said, by the same key."""
    kept: Line = {name: line[name] for name in ("kind", "by") if name in line}
    timed = {} if line["kind"] == "cut" else {"at": AT}
    return {**kept, **timed, "verb": "withdraw", "of": of, **more}


def jsonl(*lines: Line) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in lines)


@dataclass(frozen=True)
class RecordedFilm:
    """A production in which lines are recorded."""

    folder: ShotFolder

    @property
    def root(self) -> Path:
        return self.folder.root

    @property
    def production(self) -> Path:
        return self.folder.production

    def record(self, *lines: Line) -> Mapping[str, Any]:
        """Record in this process: the command's document."""
        return self.record_raw(jsonl(*lines))

    def record_raw(self, raw: bytes) -> Mapping[str, Any]:
        code, document = record_raw(self.production, raw, "records.jsonl", self.root)
        assert code == 0
        return document

    def command(self, *lines: Line) -> Done:
        """Record with the real command."""
        path = self.root / "records.jsonl"
        path.write_bytes(jsonl(*lines))
        return self.folder.command("record", path, "-p", self.production, "--json")

    def read(self) -> Film:
        with opened(self.production) as production:
            return read_film(production)

    def locations(self) -> dict[str, dict[str, str]]:
        """Where assets lie, by id."""
        with opened(self.production) as production:
            found = production.vault.locations()
        return {
            token.removeprefix("asset/"): json.loads(path)
            for token, path in found.items()
            if token.startswith("asset/")
        }

    def entries(self) -> list[bytes]:
        return list(entries(self.production))
