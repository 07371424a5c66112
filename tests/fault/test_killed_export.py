"""An export that is killed: what was published stays whole, the next one goes on."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.evidence.tiled_log import check_tiled_log
from ledger.evidence.verdict import State
from tests.simulators.public_logs import PublicLog

BEFORE, AFTER = 300, 6000
# The child says so before each file that it makes durable, so that no clock decides
# when it is killed.
CHILD = f"""
import os, sys
from pathlib import Path
from tests.simulators.public_logs import PublicLog
real = os.fsync
def fsync(descriptor):
    sys.stdout.write(".")
    sys.stdout.flush()
    real(descriptor)
os.fsync = fsync
PublicLog({AFTER}).export(Path(sys.argv[1]))
"""


@pytest.mark.fault
@pytest.mark.parametrize("files", [1, 2, 3, 17, 40, 48, 49, 50, 51, 52])
def test_an_export_killed_at_some_file_loses_nothing(
    files: int, tmp_path: Path
) -> None:
    log = PublicLog(BEFORE)
    log.export(tmp_path)
    log.grow(AFTER - BEFORE)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    with child, child.stdout as said:
        said.read(files)
        child.send_signal(signal.SIGKILL)
    report = check_tiled_log(tmp_path, [log.verifier])
    assert report.state is State.VERIFIED
    assert report.size in (BEFORE, AFTER)
    log.export(tmp_path)
    again = check_tiled_log(tmp_path, [log.verifier])
    assert (again.state, again.size, again.ahead) == (State.VERIFIED, AFTER, ())
    assert not (tmp_path / ".writing").exists()
