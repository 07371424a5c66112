"""The port's four calls over HTTP: `claim`, `put`, `submit`, `locate`.

Calls run in threads, since the store waits for its disk. Only one submission runs at a
time: the log has one end, and waiting for it takes no thread.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.digest import sha256_hex
from ledger.encoding.sheet import MAX_IDS
from ledger.errors import ForeignLogError, MalformedRecordError
from ledger.ports import Lease, Receipt, Refusal
from ledger.records.identity import as_digest, as_token, as_uid
from ledger.remote import wire
from ledger.remote.errors import BadRequestError
from ledger.remote.request import Asked, Method, digest_of
from ledger.service.authentication import Doorkeeper
from ledger.service.bodies import Pace, Upload, read_body, upload
from ledger.service.described import described
from ledger.service.problems import document
from ledger.service.served import ServedLog, absent

MOST_UPLOADS: Final = 4
"""Blobs that are read into memory at the same time."""


@dataclass(slots=True, kw_only=True)
class PortRoutes:
    """The calls of one log's port."""

    served: ServedLog
    pace: Pace
    doorkeeper: Doorkeeper
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)
    _few: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(MOST_UPLOADS)
    )

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter()
        add = router.add_api_route
        add("/v1/claim", self.claim, methods=["POST"], **described("claim"))
        add("/v1/blobs/{digest}", self.put, methods=["PUT"], **described("put"))
        add("/v1/submit", self.submit, methods=["POST"], **described("submit"))
        path = "/v1/statements/{kind}/{key}"
        add(path, self.locate, methods=["GET"], **described("locate"))
        return router

    async def claim(self, request: Request) -> Response:
        """Ask for a piece of work; advisory."""
        body = await read_body(request, wire.JSON, wire.MOST_CLAIM, self.pace)
        await self._admit(request, "POST", digest_of(body))

        def call() -> Lease:
            asked = wire.claim_from_json(parsed(body))
            return self.served.port.claim(asked.work, asked.holder, asked.seconds)

        return _json(wire.lease_to_json(await run_in_threadpool(call)))

    async def put(self, request: Request) -> Response:
        """Keep bytes under their digest; idempotent."""
        named = _digest_in(request)
        await self._admit(request, "PUT", named)
        async with upload(
            request, wire.BYTES, wire.MOST_BLOB, self.pace, self.served.scratch
        ) as arrived:
            if arrived.digest != named:
                raise BadRequestError(
                    "the bytes that the address names by their digest",
                    met=f"bytes of the digest {arrived.digest}",
                    advice="Hash the bytes again and send them to that address.",
                )
            async with self._few:
                kept = await run_in_threadpool(self._keep, arrived)
        return _json({"digest": kept})

    async def submit(self, request: Request) -> Response:
        """Admit statements in order; one answer for each."""
        body = await read_body(request, wire.JSON, wire.MOST_SUBMISSION, self.pace)
        asked = await run_in_threadpool(self._asked, body)
        async with self._one:
            answers = await run_in_threadpool(
                self.served.port.submit, asked.sheet, asked.statements
            )
        return await run_in_threadpool(self._answered, answers)

    async def locate(self, request: Request) -> Response:
        """The receipt of the statement with this kind and key."""
        await self._admit(request, "GET", sha256_hex())
        kind, key = request.path_params["kind"], request.path_params["key"]
        return _json(await run_in_threadpool(self._located, kind, key))

    def _asked(self, body: bytes) -> wire.SubmitRequest:
        asked = wire.submit_from_json(parsed(body), MAX_IDS)
        if not wire.check_log(asked.log, self.served.origin):
            raise ForeignLogError(
                "a submission for the log that is served here",
                met="one for another log",
                advice="Check ledger.store in production.toml.",
                where="/log",
            )
        return asked

    def _answered(self, answers: Sequence[Receipt | Refusal]) -> Response:
        told: list[JsonValue] = [
            {"refusal": {"id": one.id, "problem": document(one.error)}}
            if isinstance(one, Refusal)
            else {"receipt": wire.receipt_to_json(self.served.proven(one))}
            for one in answers
        ]
        return _json({"answers": told})

    def _located(self, kind: str, key: str) -> dict[str, JsonValue]:
        receipt = None
        if _can_be_there(kind, key):
            receipt = self.served.port.locate(kind, key)
        if receipt is None:
            raise absent("a statement with this kind and key", "none")
        return wire.receipt_to_json(self.served.proven(receipt))

    def _keep(self, arrived: Upload) -> str:
        return self.served.port.put(arrived.content())

    async def _admit(self, request: Request, method: Method, digest: str) -> None:
        asked = Asked(
            method=method, path=_target(request), digest=as_digest(digest, "/digest")
        )
        header = request.headers.get("authorization", "")
        await run_in_threadpool(self._check, header, asked)

    def _check(self, header: str, asked: Asked) -> None:
        self.served.snapshot()
        authority, now = self.served.authority, self.served.clock.now()
        self.doorkeeper.admit(header, asked, authority, now)


def parsed(body: bytes) -> JsonValue:
    """A body as JSON.

    Raises:
        BadRequestError: it is none, or holds what the ledger has no form for.
    """
    try:
        return wire.parse(body)
    except MalformedRecordError as error:
        raise BadRequestError(
            f"JSON: {error.expected}",
            met=error.met,
            advice="See docs/reference/http.md for the form.",
            where=error.where,
        ) from error


def _target(request: Request) -> str:
    """The path with its query, as the request line had it."""
    path = request.scope["raw_path"].decode("ascii")
    query = request.scope["query_string"].decode("ascii", "replace")
    return f"{path}?{query}" if query else path


def _digest_in(request: Request) -> str:
    try:
        return as_digest(request.path_params["digest"], "/digest")
    except MalformedRecordError as error:
        raise absent("the address of a digest", "another address") from error


def _can_be_there(kind: str, key: str) -> bool:
    try:
        as_token(kind)
        as_uid(key)
    except MalformedRecordError:
        return False
    return True


def _json(value: Any) -> Response:  # noqa: ANN401  # any object of ours
    headers = {"cache-control": "no-store"}
    return Response(canonical.encode(value), media_type=wire.JSON, headers=headers)
