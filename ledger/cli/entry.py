"""The entry point: interrupts and terminations end in order, from the first moment."""

import signal
import sys
from types import FrameType
from typing import Final

INTERRUPTED: Final = 130


def main() -> None:
    """Run the command `jangbu`."""
    try:
        signal.signal(signal.SIGTERM, _interrupt)
        # Imported here, since an interrupt may come while the libraries load.
        from ledger.cli.main import app  # noqa: PLC0415

        app()
    except KeyboardInterrupt:
        sys.stderr.write("jangbu: interrupted; run the command again to go on.\n")
        sys.exit(INTERRUPTED)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # A termination is to leave things as an interrupt from the keyboard does.
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
