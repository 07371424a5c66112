"""Asking witnesses to cosign a checkpoint (C2SP tlog-witness, over HTTP).

All at once, each within its own time and length: a witness that is down, slow or lying
is named and keeps no other one waiting. Nothing that a witness says is believed: a
cosignature is verified with the key that the production was given, and a refusal counts
as a conflict only with a checkpoint that the log itself has signed.
"""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import httpx

from ledger.errors import CheckpointError, LogError
from ledger.log.cosignature import Cosigned, Cosigner, open_cosignatures
from ledger.log.note import parse_note
from ledger.log.witness_request import (
    SIZE_TYPE,
    AddCheckpoint,
    origin_hash,
    parse_cosignature_lines,
    parse_size,
)
from ledger.ports import Clock

SECONDS: Final = 20.0
"""For all that is said with one witness, however slowly it drips."""
SKEW_S: Final = 600
"""How far a witness's clock and ours may be apart."""
LONGEST: Final = 1 << 16
"""Bytes of an answer."""
TRIES: Final = 3
"""How often a witness may name another size: somebody else may be publishing."""


class Outcome(StrEnum):
    """How it went with one witness."""

    COSIGNED = "cosigned"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    SLOW = "slow"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A witness, and where it is asked.

    Attributes:
        old: size of the checkpoint that it is thought to hold.
    """

    cosigner: Cosigner
    url: str
    old: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of asking one witness.

    Attributes:
        cosigned: the verified cosignature, with `Outcome.COSIGNED`.
        why: for people; never what the witness wrote.
        shown: the checkpoint that a refusing witness shows, unverified.
        unknown_key: whether it refused for the log's signature (status 403).
    """

    outcome: Outcome
    cosigned: Cosigned | None = None
    why: str = ""
    shown: bytes | None = None
    unknown_key: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One checkpoint on its way to witnesses.

    Attributes:
        note: the checkpoint as the log signed it.
        origin: the log.
        size: of the checkpoint.
        prove: consistency proof from a smaller size to this one.
    """

    note: bytes
    origin: str
    size: int
    prove: Callable[[int], Sequence[bytes]]
    clock: Clock
    seconds: float = SECONDS

    def ask(self, witnesses: Sequence[Asked]) -> list[Told]:
        """Ask all of them; one answer for each, in their order."""
        return asyncio.run(self._ask_all(witnesses)) if witnesses else []

    async def _ask_all(self, witnesses: Sequence[Asked]) -> list[Told]:
        # No redirects, no proxies, nothing out of the environment.
        async with httpx.AsyncClient(
            trust_env=False,
            verify=ssl.create_default_context(),
            timeout=self.seconds,
            headers={"User-Agent": "jangbu-publish", "Accept-Encoding": "identity"},
        ) as client:
            asked = (self._ask_one(client, one) for one in witnesses)
            return list(await asyncio.gather(*asked))

    async def _ask_one(self, client: httpx.AsyncClient, witness: Asked) -> Told:
        try:
            async with asyncio.timeout(self.seconds):
                return await self._converse(client, witness)
        except (TimeoutError, httpx.TimeoutException):
            why = f"no whole answer within {self.seconds:g} s"
            return Told(outcome=Outcome.SLOW, why=why)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return Told(outcome=Outcome.UNREACHABLE, why=type(error).__name__)
        except CheckpointError as error:
            return Told(outcome=Outcome.UNUSABLE, why=f"expected {error.expected}")

    async def _converse(self, client: httpx.AsyncClient, witness: Asked) -> Told:
        old = min(witness.old, self.size)
        for _ in range(TRIES):
            status, kind, body = await self._post(client, witness, old)
            if status == httpx.codes.OK:
                return self._cosigned(witness, body)
            if status != httpx.codes.CONFLICT:
                told = await self._refused(client, witness, f"status {status}")
                unknown = status == httpx.codes.FORBIDDEN
                return replace(told, unknown_key=unknown)
            if kind != SIZE_TYPE:
                raise _unusable(f"409 with {SIZE_TYPE}")
            held = parse_size(body)
            if held > self.size:
                why = f"it says that it holds {held} entries"
                return await self._refused(client, witness, why)
            if held == old:
                raise _unusable("another size than the one that was given")
            old = held
        raise _unusable("the same size twice")

    async def _post(
        self, client: httpx.AsyncClient, witness: Asked, old: int
    ) -> tuple[int, str, bytes]:
        try:
            proof = tuple(self.prove(old))
        except LogError as error:
            raise _unusable("a size that this log had") from error
        request = AddCheckpoint(old=old, proof=proof, note=parse_note(self.note))
        url = f"{witness.url}/add-checkpoint"
        return await _read(client, "POST", url, request.to_bytes())

    def _cosigned(self, witness: Asked, body: bytes) -> Told:
        joined = parse_cosignature_lines(body, parse_note(self.note))
        found = open_cosignatures(joined, [witness.cosigner])
        if not found:
            raise _unusable("a cosignature by the key that was given")
        apart = found[0].time - int(self.clock.now().timestamp())
        if abs(apart) > SKEW_S:
            why = f"its clock is {apart:+d} s from this machine's"
            return Told(outcome=Outcome.UNUSABLE, why=why)
        return Told(outcome=Outcome.COSIGNED, cosigned=found[0])

    async def _refused(
        self, client: httpx.AsyncClient, witness: Asked, why: str
    ) -> Told:
        """Fetch what the witness holds: without that, a refusal shows nothing."""
        url = f"{witness.url}/{origin_hash(self.origin)}/checkpoint"
        shown = None
        try:
            status, _, body = await _read(client, "GET", url, None)
            if status == httpx.codes.OK:
                shown = body
        except (httpx.HTTPError, CheckpointError):
            shown = None
        return Told(outcome=Outcome.REFUSED, why=why, shown=shown)


async def _read(
    client: httpx.AsyncClient, method: str, url: str, content: bytes | None
) -> tuple[int, str, bytes]:
    async with client.stream(method, url, content=content) as response:
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > LONGEST:
                raise _unusable(f"an answer of at most {LONGEST} bytes")
        return (
            response.status_code,
            response.headers.get("content-type", ""),
            bytes(body),
        )


def _unusable(expected: str) -> CheckpointError:
    return CheckpointError(
        expected,
        met="something else",
        advice="Ask whoever runs the witness; the others count.",
    )
