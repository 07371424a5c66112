"""The service as one ASGI application: the port, the public log, and nothing else."""

from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from ledger.errors import JangbuError
from ledger.remote.errors import BadRequestError, MethodError
from ledger.service.authentication import Doorkeeper
from ledger.service.bodies import Pace
from ledger.service.gate import Gate, answer_problem
from ledger.service.log_routes import LogRoutes
from ledger.service.port_routes import PortRoutes
from ledger.service.problems import defect
from ledger.service.served import ServedLog, absent

_SIGNED = {
    "type": "http",
    "scheme": "Jangbu",
    "description": "A DSSE envelope over log, method, path, digest of the body, key, "
    "time and nonce, in base64; see docs/reference/http.md.",
}


def make_app(served: ServedLog, port: int, pace: Pace | None = None) -> ASGIApp:
    """The application.

    Args:
        served: the log.
        port: that the service listens on, which the Host header has to name.
        pace: how slow a sender may be.
    """
    app = FastAPI(
        title="Jangbu ledger",
        summary="The port of one production's log, and the log's public part.",
        version="1",
        docs_url=None,  # pages would fetch scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    calls = PortRoutes(
        served=served,
        pace=pace or Pace(),
        doorkeeper=Doorkeeper(served.origin),
    )
    app.include_router(calls.router())
    app.include_router(LogRoutes(served=served).router())
    app.add_exception_handler(JangbuError, _problem)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _of_nobody)
    _describe_signing(app)
    return Gate(app, port)


def _describe_signing(app: FastAPI) -> None:
    plain = app.openapi

    def described() -> dict[str, Any]:
        document = plain()
        components = document.setdefault("components", {})
        components["securitySchemes"] = {"signed": _SIGNED}
        return document

    app.openapi = described  # type: ignore[method-assign]  # as FastAPI's manual does


async def _problem(_: Request, error: Exception) -> Response:
    if not isinstance(error, JangbuError):
        raise error
    return answer_problem(error)


async def _of_nobody(_request: Request, _error: Exception) -> Response:
    # It is raised again afterwards, and the gate logs where it came from.
    return answer_problem(defect())


async def _of_http(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 400
    if status == 404:
        return answer_problem(absent("an address of this service", "another one"))
    if status == 405:
        return answer_problem(
            MethodError(
                "the method that docs/reference/http.md names for this address",
                met="another method",
                advice="Use that method.",
            )
        )
    return answer_problem(
        BadRequestError(
            "a request of a known form",
            met="another one",
            advice="See docs/reference/http.md for the form.",
        )
    )
