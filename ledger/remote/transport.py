"""One connection to a ledger service: timeouts, bounded retries, bounded answers.

Every call of the port may be repeated: what is stored is named by its digest or its
key. So a connection that breaks is tried again, a few times and with a fresh signature;
an answer, whatever it says, is never asked for twice.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx

from ledger.encoding.canonical import JsonValue
from ledger.errors import (
    JangbuError,
    MalformedRecordError,
    ProductionError,
    StoreUnavailableError,
)
from ledger.remote import wire
from ledger.remote.problem import error_from, no_answer, out_of_reach
from ledger.remote.request import Method

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 120.0
"""As long as a service may wait for its database, twice over."""

PAUSES: Final = (0.1, 0.4)
"""Seconds before the second and the third try."""

MOST_ANSWER: Final = 96 << 20

Header = Callable[[], Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request.

    Attributes:
        path: with its query, as it goes into the request line.
        header: made for each try, as a nonce serves once.
        found: statuses that are an answer, and no problem.
    """

    method: Method
    path: str
    body: bytes = b""
    media_type: str = ""
    header: Header = dict
    found: frozenset[int] = frozenset({200})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes

    def json(self) -> JsonValue:
        """The body as JSON.

        Raises:
            UntrustedAnswerError: it is none.
        """
        try:
            return wire.parse(self.body)
        except MalformedRecordError as error:
            raise no_answer("a body that is no JSON") from error


@dataclass(slots=True, kw_only=True)
class Transport:
    """Asks one service; safe to share between threads.

    Attributes:
        pause: waits before another try.
    """

    base_url: str
    pause: Callable[[float], None] = time.sleep
    _client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
        try:
            self._client = httpx.Client(
                base_url=self.base_url,
                timeout=timeout,
                # What the environment says of proxies is not the production's word.
                trust_env=False,
                follow_redirects=False,
                headers={"accept-encoding": "identity"},
            )
        except (httpx.InvalidURL, ValueError) as error:
            raise ProductionError(
                "the address of a ledger service, such as http://127.0.0.1:8620",
                met=str(error),
                advice="Correct ledger.store in production.toml.",
                where=self.base_url,
            ) from error

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def ask(self, call: Call) -> Answer:
        """The answer to a call.

        Raises:
            StoreUnavailableError: nobody answered, or a go-between did.
            UntrustedAnswerError: somebody else answered.
            JangbuError: what the service refused, as its own error.
        """
        for seconds in PAUSES:
            try:
                return self._settled(call, self._send(call))
            except httpx.TimeoutException as error:
                raise out_of_reach("no answer in time") from error
            except httpx.TransportError:
                self.pause(seconds)
        try:
            return self._settled(call, self._send(call))
        except httpx.TransportError as error:
            raise out_of_reach(_told(error)) from error

    def _send(self, call: Call) -> tuple[Answer, str]:
        headers = dict(call.header())
        if call.media_type:
            headers["content-type"] = call.media_type
        request = self._client.build_request(
            call.method, call.path, content=call.body, headers=headers
        )
        response = self._client.send(request, stream=True)
        try:
            body = _bounded(response)
        finally:
            response.close()
        media_type = response.headers.get("content-type", "")
        return Answer(response.status_code, body), media_type.partition(";")[0].strip()

    def _settled(self, call: Call, came: tuple[Answer, str]) -> Answer:
        answer, media_type = came
        if answer.status in call.found:
            return answer
        if media_type == wire.PROBLEM:
            raise _raised(error_from(answer.json()))
        if answer.status >= 500:
            raise out_of_reach(f"status {answer.status} of a go-between")
        raise no_answer(f"status {answer.status} without a problem document")


def _bounded(response: httpx.Response) -> bytes:
    chunks, length = [], 0
    for chunk in response.iter_raw():
        length += len(chunk)
        if length > MOST_ANSWER:
            raise no_answer(f"more than {MOST_ANSWER} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def _raised(error: JangbuError) -> JangbuError:
    # A full disk is the service's: here the statements wait, as when it is away.
    if error.code == "store.full":
        return StoreUnavailableError(
            error.expected, met="a full disk there", advice=error.advice
        )
    return error


def _told(error: httpx.TransportError) -> str:
    # The error's own text may hold an address; its sort says enough.
    return {
        httpx.ConnectError: "nobody at its address",
        httpx.RemoteProtocolError: "a connection that was cut",
        httpx.ReadError: "a connection that was cut",
    }.get(type(error), type(error).__name__)
