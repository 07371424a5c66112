"""The real command where something that is usually there is not.

hindered_run.py no-links WORD…       a file system without hard links
hindered_run.py unreachable:N WORD…  the log is out of reach for N submissions
"""

import errno
import os
import sys
from collections.abc import Sequence

from ledger.cli.main import app
from ledger.errors import StoreUnavailableError
from ledger.ports import Receipt, Refusal, Submission
from ledger.store.port import LocalPort


def without_links(*_: object) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


class Unreachable:
    """Lets the log's first submissions fail."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.real = LocalPort.submit

    def submit(
        self, port: LocalPort, sheet: bytes, statements: Sequence[Submission]
    ) -> list[Receipt | Refusal]:
        if self.left:
            self.left -= 1
            raise StoreUnavailableError("the ledger", met="nobody", advice="Wait.")
        return self.real(port, sheet, statements)


def main() -> None:
    hindrance, *words = sys.argv[1:]
    if hindrance == "no-links":
        os.link = without_links  # type: ignore[assignment]
    else:
        away = Unreachable(int(hindrance.removeprefix("unreachable:")))

        def submit(
            port: LocalPort, sheet: bytes, statements: Sequence[Submission]
        ) -> list[Receipt | Refusal]:
            return away.submit(port, sheet, statements)

        LocalPort.submit = submit  # type: ignore[assignment,method-assign]
    app(words)


if __name__ == "__main__":
    main()
