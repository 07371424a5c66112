"""How often files were opened, by whichever process: counted by the kernel.

inotify is asked, so that nothing in the processes themselves is touched. A run opens
each input once to plan, and once more to make the frame.
"""

import ctypes
import os
import struct
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

IN_OPEN = 0x20
_HEAD = struct.Struct("iIII")


class OpenedFiles:
    """Counts openings of the files in some folders while it is entered."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._queue = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        assert self._queue >= 0
        for folder in folders:
            said = self._libc.inotify_add_watch(
                self._queue, os.fsencode(folder), IN_OPEN
            )
            assert said >= 0
        self.counts: Counter[str] = Counter()

    def look(self) -> Counter[str]:
        """The openings so far, by file name."""
        while True:
            try:
                raw = os.read(self._queue, 1 << 16)
            except BlockingIOError:
                return self.counts
            self._count(raw)

    def _count(self, raw: bytes) -> None:
        offset = 0
        while offset < len(raw):
            watch, _, _, length = _HEAD.unpack_from(raw, offset)
            assert watch >= 0, "more openings than the kernel's queue holds"
            offset += _HEAD.size
            name = raw[offset : offset + length].rstrip(b"\0")
            if name:
                self.counts[name.decode()] += 1
            offset += length

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._queue)
