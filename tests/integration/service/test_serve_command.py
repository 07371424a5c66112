"""`jangbu serve`, and commands that go on while the ledger is out of reach."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.production.founding import found
from ledger.production.opening import opened
from ledger.production.registry import parse_registry
from tests.integration.production.conftest import REGISTRY
from tests.simulators.command_line import document, jangbu
from tests.simulators.raw_http import request

LINE = {
    "kind": "engagement",
    "party": "painter",
    "company": "studio",
    "status": "freelancer",
    "at": "2026-09-01T10:00:00.000000Z",
    "from_on": "2026-09-01",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "production"
    production = found(root, parse_registry(REGISTRY.encode(), "production.toml"))
    production.online().engine.dispose()
    return root


def test_another_address_than_this_machines_is_refused(folder: Path) -> None:
    done = jangbu("serve", folder, "--host", "0.0.0.0")  # noqa: S104  # refused
    assert done.returncode == 2
    assert "no accounts yet" in done.stderr


def test_it_serves_until_it_is_told_to_end(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    script = "from ledger.cli.entry import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", script, "serve", str(folder), "--port", str(port)],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Serving ")
        ready = request(port, "GET", "/ready").json
        assert (ready["read_only"], ready["size"]) == (False, _size(folder))
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
        assert process.returncode == 0, told
        assert "Traceback" not in told


def _size(folder: Path) -> int:
    with opened(folder) as production:
        return production.reader().size()


def test_recording_goes_on_without_the_database_and_arrives_later(
    folder: Path, tmp_path: Path
) -> None:
    size = _size(folder)
    lines, needy = tmp_path / "lines", tmp_path / "needy"
    lines.write_text(json.dumps(LINE), encoding="utf-8")
    needy.write_text(json.dumps({**LINE, "verb": "correct", "of": 3}), "utf-8")
    database, away = folder / "ledger.sqlite", tmp_path / "away"
    database.rename(away)
    done = jangbu("record", lines, "-p", folder, "--json")
    assert done.returncode == 0, done.stderr
    assert "out of reach" in done.stderr
    assert document(done)["lines"][0]["index"] is None
    refused = jangbu("record", needy, "-p", folder, "--json")
    assert refused.returncode == 7, refused.stderr
    away.rename(database)
    sent = jangbu("spool", folder, "--send", "--json")
    assert (sent.returncode, document(sent)["waiting"]) == (0, 0), sent.stderr
    assert _size(folder) == size + 1
