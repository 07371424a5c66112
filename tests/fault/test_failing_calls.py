"""Every system call of a publish fails in turn: the log stays whole, a retry succeeds.

A publish here is all of it: a blob, values into the vault, one sheet of statements into
the database under a signed checkpoint, and the copy beside it.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ledger.ports import Receipt
from tests.fault.failing_calls import DONE, REFUSED, failing, tracing
from tests.simulators.ledger_studio import START, LedgerStudio, SettableClock

pytestmark = pytest.mark.fault

FILES = (
    "openat", "newfstatat", "mkdir", "unlink", "rename", "fchown", "flock", "fcntl",
    "read", "pread64", "write", "pwrite64", "lseek", "ftruncate",
    "fsync", "fdatasync", "close",
)  # fmt: skip
MEMORY = ("mmap", "mremap", "ioctl")
NEVER_FAIL = {"munmap", "getrandom", "getpid", "geteuid", "exit_group", "brk", "futex"}
"""Those of which Linux says so, and those whose failing ends the process anyway."""
WAITING = {"select", "pselect6"}
"""How the driver itself waits to begin."""
FULL = ("openat", "mkdir", "rename", "write", "pwrite64", "ftruncate", "fsync")


@dataclass
class Publishing:
    """A publish that can be begun again from the same folder."""

    source: Path
    root: Path
    receipts: list[Receipt] = field(default_factory=list)
    _studios: list[LedgerStudio] = field(default_factory=list)

    def anew(self) -> None:
        """Put everything as it was."""
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.source, self.root)

    def studio(self) -> LedgerStudio:
        """Opened at the same time of day, so that the same sheet is signed."""
        return LedgerStudio(self.root, clock=SettableClock(START.replace(hour=10)))

    def open(self) -> None:
        self._studios.append(self.studio())

    def publish(self) -> list[Receipt]:
        return publish(self._studios[-1])


def publish(studio: LedgerStudio) -> list[Receipt]:
    return studio.state(studio.asset(1), *studio.elements(range(1, 4)))


@pytest.fixture
def publishing(founded: Path, tmp_path: Path) -> Iterator[Publishing]:
    tracing()
    yield Publishing(founded, tmp_path / "production")
    shutil.rmtree(tmp_path / "production", ignore_errors=True)


def check_whole(publishing: Publishing, ended: int, what: str) -> None:
    """Nothing acknowledged is lost, nothing is damaged, and it can be said again."""
    before = publishing.studio()
    assert before.check().findings == (), what
    if ended == DONE:
        assert before.rows()["entry"] == 9, what
    receipts = publish(before)
    assert [one.index for one in receipts] == [5, 6, 7, 8], what
    report = before.check()
    assert (report.findings, report.notes, report.size) == ((), (), 9), what


def test_a_publish_makes_no_system_call_that_is_not_tried(
    publishing: Publishing,
) -> None:
    publishing.anew()
    ended = failing(publishing.publish, publishing.open)
    assert (ended.code, ended.told) == (DONE, "")
    assert set(ended.calls) <= {*FILES, *MEMORY, *WAITING} | NEVER_FAIL
    assert ended.calls["fdatasync"] > 5


@pytest.mark.parametrize(
    ("call", "error"),
    [
        *((call, "EIO") for call in FILES),
        *((call, "ENOSPC") for call in FULL),
        *((call, "ENOMEM") for call in MEMORY),
    ],
)
def test_each_call_that_fails_in_turn_leaves_the_log_whole(
    call: str, error: str, publishing: Publishing
) -> None:
    at, ended = 1, Counter[int]()
    while True:
        publishing.anew()
        result = failing(
            publishing.publish, publishing.open, call=call, error=error, at=at
        )
        what = f"{call} {at} {error}: {result.code} {result.told}"
        if not result.injected:
            break
        # An error of our own, or none where the call did not matter: nothing else.
        assert result.code in {DONE, REFUSED}, what
        check_whole(publishing, result.code, what)
        ended[result.code] += 1
        at += 1
    assert ended, f"{call} was never made"
