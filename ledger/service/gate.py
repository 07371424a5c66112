"""What stands before every route: which host was meant, and whether a page asks.

The service listens on the loopback address. A page in a browser on the same machine
could still reach it, under a name that its owner points here (DNS rebinding) or across
origins: so the Host header has to name this service, and a request that says which page
it comes from is refused. Whatever nobody foresaw ends here as a problem document too.
"""

import logging
import sys
import traceback
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger.errors import JangbuError
from ledger.remote import wire
from ledger.remote.errors import ForeignPageError
from ledger.service.problems import defect, problem

NAMES: Final = ("127.0.0.1", "localhost", "[::1]")
_log: Final = logging.getLogger("jangbu.service")


class Gate:
    """An ASGI application around another one."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        """Stand before an application.

        Args:
            app: what is behind.
            port: the port that the service listens on.
        """
        self._app = app
        self._hosts = frozenset(f"{name}:{port}" for name in NAMES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            self._check(Request(scope))
            await self._app(scope, receive, sending)
        except JangbuError as error:
            await answer_problem(error)(scope, receive, send)
        except Exception as error:  # noqa: BLE001  # the last line of defence
            _log.error("a defect in Jangbu: %s", _place(error))
            if not started:
                await answer_problem(defect())(scope, receive, send)

    def _check(self, request: Request) -> None:
        headers = request.headers
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            raise _foreign("another Host")
        origins = headers.getlist("origin")
        if origins and origins != [f"http://{hosts[0]}"]:
            raise _foreign("a page of another origin")
        if headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            raise _foreign("a page of another site")


def answer_problem(error: JangbuError) -> Response:
    """An error as an answer."""
    told = problem(error)
    return Response(
        told.body,
        status_code=told.status,
        headers=told.headers,
        media_type=wire.PROBLEM,
    )


def _place(error: Exception) -> str:
    """Where an exception was raised, without what it says: that may be private."""
    frame = traceback.extract_tb(sys.exc_info()[2])[-1]
    return f"{type(error).__name__} in {frame.name}, line {frame.lineno}"


def _foreign(met: str) -> ForeignPageError:
    return ForeignPageError(
        "a request to this service by its own address, from a program",
        met=met,
        advice="Use http://127.0.0.1 with the service's port, from jangbu itself.",
    )
