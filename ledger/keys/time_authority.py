"""Asking a time authority for a token on a checkpoint (RFC 3161 §3.4, over HTTP).

The authority learns the imprint and nothing else: neither the log's name nor its size.
It may be down, slow or lying: whatever it answers is checked before it is kept, and
what fails is a `TimeAuthorityError` with its reason.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NoReturn

import httpx
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from ledger.errors import StoreError
from ledger.keys.token_check import TokenReading, TokenState, check_token
from ledger.log.time_token import MAX_BYTES, stamped_bytes
from ledger.ports import Clock

SECONDS: Final = 20.0
"""For the whole exchange, however slowly an authority drips."""
SKEW: Final = timedelta(minutes=5)
"""How far an authority's clock and ours may be apart."""

_ASKS: Final = "application/timestamp-query"
_ANSWERS: Final = "application/timestamp-reply"


class TimeAuthorityError(StoreError):
    """A time authority is out of reach, or its answer cannot be used.

    `facts["reason"]` is a token: `unreachable`, `slow`, `http`, `type`, `length`,
    `refused`, `nonce`, `time`.
    """

    code = "keys.time_authority"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A reply that was checked.

    Attributes:
        raw: the reply as it came.
        reading: what it shows; trusted only if roots were given.
    """

    raw: bytes
    reading: TokenReading


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAuthority:
    """One authority, by the name and address in `production.toml`.

    Attributes:
        roots_pem: certificates under which its tokens are trusted, if any are known.
    """

    name: str
    url: str
    clock: Clock
    roots_pem: Sequence[str] = ()
    seconds: float = SECONDS

    def stamp(self, note: bytes) -> Stamp:
        """Ask for a token on a checkpoint's note.

        Raises:
            TimeAuthorityError: no usable answer; nothing is to be kept.
            CheckpointError: no note.
        """
        stamped = stamped_bytes(note)
        request = (
            TimestampRequestBuilder()
            .data(stamped)
            .hash_algorithm(HashAlgorithm.SHA256)
            .nonce(nonce=True)
            .cert_request(cert_request=True)
            .build()
        )
        before = self.clock.now()
        raw = self._ask(request.as_bytes())
        reading = check_token(raw, stamped, self.roots_pem)
        self._check(reading, request.nonce, (before, self.clock.now()))
        return Stamp(raw=raw, reading=reading)

    def _check(
        self,
        reading: TokenReading,
        nonce: int | None,
        asked: tuple[datetime, datetime],
    ) -> None:
        # 1. Form, status, imprint, signature, purpose and validity of the certificate.
        if reading.state is TokenState.REFUSED or reading.at is None:
            self._fail("refused", "a granted token of this checkpoint", reading.met)
        # 2. Roots were given, and it is another authority that answers.
        if self.roots_pem and reading.reason == "authority-not-trusted":
            self._fail("refused", "an authority under the given roots", "another one")
        # 3. A certificate was asked for: without one nobody can check the token later.
        if reading.until is None:
            self._fail("refused", "a token with a certificate", "one without")
        # 4. An answer to this request, and none that was given before.
        if reading.nonce != nonce:
            self._fail("nonce", "the nonce of the request", "another one, or none")
        # 5. The present time.
        first, last = asked
        if not first - SKEW <= reading.at <= last + SKEW:
            apart = reading.at - last
            self._fail(
                "time",
                f"a time within {SKEW.seconds // 60} minutes of this machine's clock",
                f"{apart.total_seconds():+.0f} s",
            )

    def _ask(self, request: bytes) -> bytes:
        try:
            return asyncio.run(self._exchange(request))
        except (TimeoutError, httpx.TimeoutException) as error:
            raise self._error(
                "slow", f"an answer within {self.seconds:.0f} seconds", "none"
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            met = str(error) or type(error).__name__
            raise self._error("unreachable", "an authority in reach", met) from error

    async def _exchange(self, request: bytes) -> bytes:
        # One limit for all of it: per-read limits let a server drip for ever.
        async with (
            asyncio.timeout(self.seconds),
            httpx.AsyncClient(timeout=self.seconds, follow_redirects=False) as client,
            client.stream(
                "POST",
                self.url,
                content=request,
                headers={"Content-Type": _ASKS, "Accept": _ANSWERS},
            ) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                self._fail("http", "status 200", f"status {answer.status_code}")
            kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
            if kind.lower() != _ANSWERS:
                self._fail("type", f"content of type {_ANSWERS}", kind or "none")
            return await self._body(answer)

    async def _body(self, answer: httpx.Response) -> bytes:
        body = bytearray()
        # Raw: a compressed reply could unfold to more than it says.
        async for chunk in answer.aiter_raw():
            body += chunk
            if len(body) > MAX_BYTES:
                self._fail("length", f"at most {MAX_BYTES} bytes", "more")
        return bytes(body)

    def _fail(self, reason: str, expected: str, met: str) -> NoReturn:
        raise self._error(reason, expected, met)

    def _error(self, reason: str, expected: str, met: str) -> TimeAuthorityError:
        return TimeAuthorityError(
            expected,
            met=met,
            advice="The checkpoint stays unstamped by this authority; it is asked "
            "again with the next one.",
            where=self.name,
            reason=reason,
        )


def imprint_of(note: bytes) -> str:
    """What an authority is sent for a checkpoint, in hex.

    Raises:
        CheckpointError: no note.
    """
    return sha256(stamped_bytes(note)).hexdigest()
