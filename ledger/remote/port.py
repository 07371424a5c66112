"""The port over HTTP: `ledger.ports.Port`, kept by a service elsewhere.

What the service answers is checked and not believed (`ledger.remote.trust`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding import canonical
from ledger.encoding.digest import sha256_hex
from ledger.errors import MalformedRecordError
from ledger.ports import Clock, Lease, Receipt, Refusal, Submission
from ledger.records.identity import as_token, as_uid
from ledger.remote import wire
from ledger.remote.errors import BadRequestError, BodyTooLargeError
from ledger.remote.log import KnownLeaves, RemoteLog
from ledger.remote.problem import error_from, no_answer
from ledger.remote.request import Asked, Method, authorization, digest_of
from ledger.remote.transport import Answer, Call, Transport
from ledger.remote.trust import Trust

Read = TypeVar("Read")

MOST_AT_ONCE = wire.MOST_SUBMISSION * 3 // 4
"""Bytes of one submission's body; a longer one goes in several requests."""


@dataclass(kw_only=True)
class RemotePort:
    """Implements `ledger.ports.Port` on a ledger service.

    Attributes:
        signer: a key that the log knows; signs claims, blobs and look-ups.
    """

    transport: Transport
    trust: Trust
    signer: Ed25519PrivateKey
    clock: Clock
    _known: KnownLeaves = field(default_factory=KnownLeaves, init=False)

    def claim(self, work: str, holder: str, seconds: int) -> Lease:
        """Ask for a piece of work; see `Port.claim`."""
        asked = wire.ClaimRequest(work=work, holder=holder, seconds=seconds)
        body = canonical.encode(wire.claim_to_json(asked))
        answer = self._signed("POST", "/v1/claim", body, wire.JSON)
        return _read(lambda: wire.lease_from_json(answer.json()))

    def put(self, content: bytes) -> str:
        """Keep bytes under their digest; see `Port.put`.

        Raises:
            BodyTooLargeError: more than a service takes; nothing was sent.
        """
        if len(content) > wire.MOST_BLOB:
            raise BodyTooLargeError(
                f"a blob of at most {wire.MOST_BLOB} bytes",
                met=f"{len(content)}",
                advice="Keep it beside the log itself, with the store in process.",
            )
        digest = sha256_hex(content)
        path = f"/v1/blobs/{digest}"
        answer = self._signed("PUT", path, content, wire.BYTES)
        match answer.json():
            case {"digest": str(kept)} if kept == digest:
                return digest
            case _:
                raise no_answer("another digest than that of the bytes")

    def submit(
        self, sheet: bytes, statements: Sequence[Submission]
    ) -> list[Receipt | Refusal]:
        """Admit statements in order; see `Port.submit`.

        Raises:
            StoreUnavailableError: there is no answer for all of them: submit again.
            LogError, UntrustedAnswerError: an answer that does not hold.
        """
        answers: list[Receipt | Refusal] = []
        for part in _parts(statements):
            answers += self._submit(sheet, part)
        return answers

    def locate(self, kind: str, key: str) -> Receipt | None:
        """The receipt of a statement, if admitted; see `Port.locate`."""
        if not _can_be_there(kind, key):
            return None
        before = self.trust.size()
        path = f"/v1/statements/{quote(kind, safe='')}/{key}"
        answer = self._signed("GET", path, found=frozenset({200, 404}))
        if answer.status == 404:
            error = error_from(answer.json())
            if error.code == "service.not_found":
                return None
            raise error
        one = _read(lambda: wire.receipt_from_json(answer.json()))
        return self.trust.proven(one, before)

    def reader(self) -> RemoteLog:
        """What the service shows of its log to everybody, as it is now."""
        return RemoteLog(transport=self.transport, trust=self.trust, known=self._known)

    def close(self) -> None:
        """Let the connections go."""
        self.transport.close()

    def _submit(
        self, sheet: bytes, statements: Sequence[Submission]
    ) -> list[Receipt | Refusal]:
        before = self.trust.size()
        asked = wire.SubmitRequest(
            log=self.trust.log, sheet=sheet, statements=tuple(statements)
        )
        body = canonical.encode(wire.submit_to_json(asked))
        call = Call(method="POST", path="/v1/submit", body=body, media_type=wire.JSON)
        answer = self.transport.ask(call)
        came = _read(lambda: wire.each(answer.json(), "answers", wire.answer_from_json))
        if len(came) != len(statements):
            raise no_answer(f"{len(came)} answers for {len(statements)} statements")
        return [
            one
            if isinstance(one, Refusal)
            else self.trust.admitted(one, submission, sheet, before)
            for one, submission in zip(came, statements, strict=True)
        ]

    def _signed(
        self,
        method: Method,
        path: str,
        body: bytes = b"",
        media_type: str = "",
        *,
        found: frozenset[int] = frozenset({200}),
    ) -> Answer:
        asked = Asked(method=method, path=path, digest=digest_of(body))
        return self.transport.ask(
            Call(
                method=method,
                path=path,
                body=body,
                media_type=media_type,
                header=partial(self._header, asked),
                found=found,
            )
        )

    def _header(self, asked: Asked) -> dict[str, str]:
        now = self.clock.now()
        return {"authorization": authorization(asked, self.trust.log, self.signer, now)}


def _read(read: Callable[[], Read]) -> Read:
    """What an answer holds; one of another form is nobody's we know."""
    try:
        return read()
    except (MalformedRecordError, BadRequestError) as error:
        raise no_answer(f"an answer of another form ({error.expected})") from error


def _can_be_there(kind: str, key: str) -> bool:
    """Whether a statement can have this kind and key; there are none of other forms."""
    try:
        as_token(kind)
        as_uid(key)
    except MalformedRecordError:
        return False
    return True


def _parts(statements: Sequence[Submission]) -> Iterator[Sequence[Submission]]:
    """Statements in as many requests as a service takes; one of none for none."""
    start, length = 0, 0
    for place, one in enumerate(statements):
        more = len(one.raw) * 4 // 3 + 256
        if place > start and length + more > MOST_AT_ONCE:
            yield statements[start:place]
            start, length = place, 0
        length += more
    if start < len(statements) or not statements:
        yield statements[start:]
