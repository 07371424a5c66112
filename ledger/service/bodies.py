"""Reading a request's body: its type, its length, its time, and no more than asked for.

A length has to be said beforehand, so that what is too long is refused before a byte of
it is read. Blobs go through a file without a name: a slow sender holds no memory, and a
killed service leaves nothing behind.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from ledger.errors import JangbuError
from ledger.files import os_error
from ledger.remote.errors import (
    BadRequestError,
    BodyTooLargeError,
    MediaTypeError,
    MissingLengthError,
    SlowRequestError,
)

CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How slow a sender may be.

    Attributes:
        seconds: for any body.
        bytes_per_second: what is expected on top of that.
    """

    seconds: float = 15
    bytes_per_second: int = 64 << 10

    def limit(self, length: int) -> float:
        """Seconds for a body of this length."""
        return self.seconds + length / self.bytes_per_second


def announced(request: Request, media_type: str, most: int) -> int:
    """The length of a body, by its headers alone.

    Raises:
        MediaTypeError, MissingLengthError, BodyTooLargeError, BadRequestError.
    """
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != media_type or "content-encoding" in request.headers:
        raise MediaTypeError(
            f"a body of the type {media_type}, not compressed",
            met=repr(given[:80]) if given else "none",
            advice=f"Send it as Content-Type: {media_type}.",
        )
    length = request.headers.get("content-length")
    if length is None:
        raise MissingLengthError(
            "a Content-Length",
            met="none",
            advice="Say how long the body is; do not send it in chunks.",
        )
    # No more digits than any limit has: what is longer need not be a number.
    if len(length) > 18 or not (length.isascii() and length.isdigit()):
        raise _no_length()
    if int(length) > most:
        raise BodyTooLargeError(
            f"a body of at most {most} bytes",
            met=length,
            advice="Send less at once.",
        )
    return int(length)


async def read_body(request: Request, media_type: str, most: int, pace: Pace) -> bytes:
    """A whole body in memory; errors as for `announced`, and `SlowRequestError`."""
    length = announced(request, media_type, most)
    body = bytearray()
    async with _in_time(pace, length):
        async for chunk in request.stream():
            body += chunk
    return bytes(body)


@dataclass(frozen=True, slots=True)
class Upload:
    """Bytes that arrived, in a file without a name."""

    file: IO[bytes]
    digest: str

    def content(self) -> bytes:
        """All of them."""
        self.file.seek(0)
        return self.file.read()


@asynccontextmanager
async def upload(
    request: Request, media_type: str, most: int, pace: Pace, folder: Path
) -> AsyncIterator[Upload]:
    """A body on disk; errors as for `read_body`, and `StoreFullError`."""
    length = announced(request, media_type, most)
    try:
        file = await run_in_threadpool(_nameless, folder)
    except OSError as error:
        raise os_error(error, folder) from error
    with file:
        async with _in_time(pace, length):
            digest = await _spooled(request, file, folder)
        yield Upload(file, digest)


def _nameless(folder: Path) -> IO[bytes]:
    return tempfile.TemporaryFile(dir=folder)


async def _spooled(request: Request, file: IO[bytes], folder: Path) -> str:
    digest = hashlib.sha256()
    waiting = bytearray()

    def write() -> None:
        digest.update(waiting)
        try:
            file.write(waiting)
            file.flush()
        except OSError as error:
            raise os_error(error, folder) from error
        waiting.clear()

    async for chunk in request.stream():
        waiting += chunk
        if len(waiting) >= CHUNK:
            await run_in_threadpool(write)
    await run_in_threadpool(write)
    return digest.hexdigest()


@asynccontextmanager
async def _in_time(pace: Pace, length: int) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(pace.limit(length)):
            yield
    except TimeoutError as error:
        raise SlowRequestError(
            "a body that arrives in time",
            met=f"less than {length} bytes in {pace.limit(length):.0f} seconds",
            advice="Send it again over a better connection.",
        ) from error
    except ClientDisconnect as error:
        raise _broken_off() from error


def _broken_off() -> JangbuError:
    return BadRequestError(
        "a whole body", met="a connection that was cut", advice="Send it again."
    )


def _no_length() -> BadRequestError:
    return BadRequestError(
        "a Content-Length in digits", met="something else", advice="Send it again."
    )
