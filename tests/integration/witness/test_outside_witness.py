"""Somebody else's witness: it takes our requests, and we take its cosignatures."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from ledger.keys.witness_client import Asked, Asking, Outcome
from ledger.log.cosignature import Cosigner
from tests.simulators.ledger_studio import SettableClock
from tests.simulators.witnessed_log import ORIGIN, ShortLog

LOG = ShortLog.of(40)

pytestmark = pytest.mark.skipif(
    find_spec("aics_witness") is None, reason="aics-witness is not installed"
)


def outside(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "aics_witness", *arguments, "--config", "w.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    """The other witness, serving on loopback."""
    made = outside(tmp_path, "init", "--name", "outside.example/w1")
    outside(tmp_path, "add-log", "--origin", ORIGIN, "--vkey", LOG.vkey)
    command = [sys.executable, "-u", "-m", "aics_witness", "serve"]
    with subprocess.Popen(
        [*command, "--config", "w.json", "--listen", "127.0.0.1:0"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONWARNINGS": "default"},
        text=True,
    ) as process:
        assert process.stdout is not None
        url = ""
        for line in process.stdout:
            found = re.search(r"listening on (http://\S+)", line)
            if found:
                url = found[1]
                break
        try:
            yield Asked(cosigner=Cosigner.from_vkey(made.split()[-1]), url=url)
        finally:
            process.send_signal(signal.SIGTERM)


def ask(asked: Asked, log: ShortLog, size: int) -> Outcome:
    asking = Asking(
        note=log.note(size),
        origin=ORIGIN,
        size=size,
        prove=lambda old: log.prove(old, size),
        clock=SettableClock(datetime.now(UTC)),
    )
    (told,) = asking.ask([asked])
    assert (told.cosigned is not None) == (told.outcome is Outcome.COSIGNED)
    return told.outcome


def test_another_implementation_cosigns_what_we_ask_and_refuses_a_rewritten_log(
    asked: Asked,
) -> None:
    # It is asked with an old size of 0 each time, and says what it holds.
    for size in (3, 7, 7, 40):
        assert ask(asked, LOG, size) is Outcome.COSIGNED
    assert ask(asked, LOG.rewritten(2), 40) is Outcome.REFUSED
    assert ask(asked, LOG, 30) is Outcome.REFUSED
