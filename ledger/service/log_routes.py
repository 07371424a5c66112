"""The public log over HTTP: checkpoint, tiles (C2SP tlog-tiles), entries, proofs.

Entries are headers: they say of which kind a statement is and never what it says. A
full tile never changes, and any cache may keep it for ever.
"""

import re
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.log.entry_bundle import join_entries
from ledger.log.tiles import ROOT_FOLDER
from ledger.remote import wire
from ledger.remote.errors import BadRequestError
from ledger.service.described import described
from ledger.service.served import ServedLog, absent

FOR_EVER: Final = "public, max-age=31536000, immutable"
A_WHILE: Final = "public, max-age=3600"
NOT_AT_ALL: Final = "no-cache"

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,15}")


@dataclass(slots=True, kw_only=True)
class LogRoutes:
    """What everybody may read."""

    served: ServedLog

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter()
        for path, call, name in (
            ("/checkpoint", self.checkpoint, "checkpoint"),
            ("/tile/{path:path}", self.tile, "tile"),
            ("/v1/entries", self.entries, "entries"),
            ("/v1/proofs/inclusion", self.inclusion, "inclusion"),
            ("/v1/proofs/consistency", self.consistency, "consistency"),
            ("/health", self.health, "health"),
            ("/ready", self.ready, "ready"),
        ):
            router.add_api_route(path, call, methods=["GET"], **described(name))
        return router

    async def checkpoint(self) -> Response:
        """The newest signed checkpoint."""

        def call() -> bytes:
            return self.served.known().checkpoint()

        note = await run_in_threadpool(call)
        return _answer(note, wire.NOTE, NOT_AT_ALL)

    async def tile(self, request: Request) -> Response:
        """A tile of hashes, or a bundle of entries; partial ones are computed."""
        path = f"{ROOT_FOLDER}/{request.path_params['path']}"
        tile, found = await run_in_threadpool(self.served.tile, path)
        content = found if isinstance(found, bytes) else join_entries(found)
        kept = FOR_EVER if tile.full else A_WHILE
        return _answer(content, wire.BYTES, kept)

    async def entries(self, request: Request) -> Response:
        """Entries [start, end), one a line; at most a thousand at a time."""
        start, end = _numbers(request, "start", "end")

        def call() -> list[bytes]:
            reader = self.served.known()
            if not start < end <= reader.size():
                raise absent(f"a range of entries below {reader.size()}", "another")
            return reader.entries(start, min(end, start + wire.MOST_ENTRIES))

        found = await run_in_threadpool(call)
        return _answer(b"".join(one + b"\n" for one in found), wire.LINES, A_WHILE)

    async def inclusion(self, request: Request) -> Response:
        """The audit path of an entry in the tree of a size."""
        index, size = _numbers(request, "index", "size")
        proof = await run_in_threadpool(self.served.inclusion, index, size)
        hashes = wire.hashes_to_json(proof)
        return _json({"hashes": hashes, "index": index, "size": size}, A_WHILE)

    async def consistency(self, request: Request) -> Response:
        """The proof that the tree of one size is a prefix of another's."""
        old, new = _numbers(request, "old", "new")
        proof = await run_in_threadpool(self.served.consistency, old, new)
        hashes = wire.hashes_to_json(proof)
        return _json({"hashes": hashes, "new": new, "old": old}, A_WHILE)

    async def health(self) -> Response:
        """Whether the service runs."""
        return _json({"live": True}, NOT_AT_ALL)

    async def ready(self) -> Response:
        """Whether the log can be read and added to."""

        def call() -> dict[str, JsonValue]:
            reader = self.served.snapshot()
            trouble = self.served.trouble()
            return {
                "log": self.served.origin,
                "read_only": bool(trouble),
                "size": reader.size() if reader else 0,
                **({"reason": trouble} if trouble else {}),
            }

        return _json(await run_in_threadpool(call), NOT_AT_ALL)


def _numbers(request: Request, *names: str) -> tuple[int, ...]:
    """The numbers of a query: each once, and nothing else.

    Raises:
        BadRequestError: other parameters, or no such numbers.
    """
    given = request.query_params.multi_items()
    numbers = dict(given)
    fits = len(given) == len(names) and set(numbers) == set(names)
    if not fits or not all(map(_NUMBER.fullmatch, numbers.values())):
        raise BadRequestError(
            f"the parameters {' and '.join(names)}, each a whole number",
            met="others",
            advice="See docs/reference/http.md for the form.",
        )
    return tuple(int(numbers[name]) for name in names)


def _json(value: dict[str, JsonValue], kept: str) -> Response:
    return _answer(canonical.encode(value), wire.JSON, kept)


def _answer(content: bytes, media_type: str, kept: str) -> Response:
    headers = {"cache-control": kept, "x-content-type-options": "nosniff"}
    return Response(content, media_type=media_type, headers=headers)
