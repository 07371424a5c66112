"""Calls of a served studio, spoken by hand."""

import json

from ledger.encoding import canonical
from ledger.encoding.digest import sha256_hex
from ledger.remote import wire
from ledger.remote.request import Asked, Method, authorization
from tests.simulators.raw_http import Told, request
from tests.simulators.served_studio import ServedStudio

CLAIM = canonical.encode({"holder": "a", "seconds": 60, "work": "cc" * 32})


def signed(
    service: ServedStudio, method: Method, path: str, body: bytes, by: str = "pipeline"
) -> str:
    asked = Asked(method=method, path=path, digest=sha256_hex(body))
    studio = service.studio
    return authorization(asked, studio.origin, studio.signer(by), studio.clock.now())


def claimed(service: ServedStudio, **more: str) -> Told:
    headers = {
        "content_type": wire.JSON,
        "authorization": signed(service, "POST", "/v1/claim", CLAIM),
        **more,
    }
    return request(service.port, "POST", "/v1/claim", CLAIM, **headers)


def submitted(service: ServedStudio, value: object, **more: str) -> Told:
    body = json.dumps(value).encode()
    headers = {"content_type": wire.JSON, **more}
    return request(service.port, "POST", "/v1/submit", body, **headers)
