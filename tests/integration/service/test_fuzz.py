"""Whatever is sent to any route, the answer is what the page says, or a problem.

Values are drawn to be nearly right: every route is reached behind its checks.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.encoding.digest import sha256_hex
from ledger.remote import wire
from ledger.remote.request import Asked, Method, authorization
from tests.simulators.ledger_studio import LedgerStudio, submission_of
from tests.simulators.raw_http import Told, request
from tests.simulators.served_studio import ServedStudio, serving

EXAMPLES = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TEXT = st.text(max_size=40)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | TEXT
    | st.sampled_from(["cc" * 32, "0" * 32, "e\u0301", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4)
    ),
    max_leaves=8,
)
NUMBER = st.integers(-2, 12).map(str) | TEXT | st.just("9" * 400)
SAFE = st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="#?")
PATH = st.text(SAFE, max_size=30)


@pytest.fixture
def service(ledger_studio: LedgerStudio) -> Iterator[ServedStudio]:
    with serving(ledger_studio) as served:
        yield served
        # Nothing that was sent got in but what may.
        assert ledger_studio.check().ok


def signed(service: ServedStudio, method: Method, path: str, digest: str) -> str:
    asked = Asked(method=method, path=path, digest=digest)  # type: ignore[arg-type]
    studio = service.studio
    return authorization(
        asked, studio.origin, studio.signer("pipeline"), studio.clock.now()
    )


def check(told: Told) -> None:
    if told.status == 200:
        return
    assert 400 <= told.status < 500, told
    assert told.is_problem(), told


def text_of(value: Any) -> bytes:  # noqa: ANN401  # any JSON
    return json.dumps(value).encode("utf-8", "surrogatepass")


@EXAMPLES
@given(
    st.fixed_dictionaries(
        {}, optional={"work": JSON, "holder": JSON, "seconds": JSON, "more": JSON}
    )
    | st.fixed_dictionaries(
        {
            "work": st.sampled_from(["cc" * 32, "cc", "CC" * 32]),
            "holder": TEXT,
            "seconds": st.integers(),
        }
    )
)
def test_claim(service: ServedStudio, value: Any) -> None:  # noqa: ANN401
    body = text_of(value)
    header = signed(service, "POST", "/v1/claim", sha256_hex(body))
    check(
        request(
            service.port,
            "POST",
            "/v1/claim",
            body,
            content_type=wire.JSON,
            authorization=header,
        )
    )


@EXAMPLES
@given(st.data())
def test_submit(service: ServedStudio, data: st.DataObject) -> None:
    studio = service.studio
    one = submission_of(studio.element(1))
    sheet = base64.b64encode(studio.sheet(["ab" * 32])).decode()
    good = {
        "blind": one.blind.hex(),
        "by_blind": one.by_blind.hex(),
        "statement": base64.b64encode(one.raw).decode(),
    }
    encoded = st.binary(max_size=60).map(lambda raw: base64.b64encode(raw).decode())
    statement = st.fixed_dictionaries(
        {
            "blind": st.just(good["blind"]) | JSON,
            "by_blind": st.just(good["by_blind"]) | JSON,
            "statement": st.just(good["statement"]) | encoded | JSON,
        }
    )
    value = data.draw(
        st.fixed_dictionaries(
            {
                "log": st.just(studio.origin) | JSON,
                "sheet": st.just(sheet) | encoded | JSON,
                "statements": st.lists(statement, max_size=3) | JSON,
            }
        )
        | JSON
    )
    check(
        request(
            service.port, "POST", "/v1/submit", text_of(value), content_type=wire.JSON
        )
    )


@EXAMPLES
@given(st.binary(max_size=200), st.booleans(), PATH)
def test_put(
    service: ServedStudio,
    content: bytes,
    right: bool,  # noqa: FBT001
    other: str,
) -> None:
    digest = sha256_hex(content)
    path = f"/v1/blobs/{digest if right else other}"
    header = signed(service, "PUT", path, digest)
    told = request(
        service.port,
        "PUT",
        path,
        content,
        content_type=wire.BYTES,
        content_length=str(len(content)),
        authorization=header,
    )
    check(told)
    assert (told.status == 200) == right or other == digest


@EXAMPLES
@given(PATH, PATH | st.just("0" * 32))
def test_locate(service: ServedStudio, kind: str, key: str) -> None:
    path = f"/v1/statements/{kind}/{key}"
    header = signed(service, "GET", path, sha256_hex())
    check(request(service.port, "GET", path, authorization=header))


@EXAMPLES
@given(st.sampled_from(["/tile/", "/tile/0/", "/tile/entries/", "/", "/v1/"]), PATH)
def test_paths(service: ServedStudio, start: str, rest: str) -> None:
    check(request(service.port, "GET", f"{start}{rest}"))


@EXAMPLES
@given(
    st.sampled_from(["entries", "proofs/inclusion", "proofs/consistency"]),
    st.dictionaries(
        st.sampled_from(["start", "end", "index", "size", "old", "new"]),
        NUMBER,
        max_size=3,
    ),
)
def test_queries(service: ServedStudio, name: str, query: dict[str, str]) -> None:
    joined = "&".join(f"{key}={_quoted(value)}" for key, value in query.items())
    check(request(service.port, "GET", f"/v1/{name}?{joined}"))


def _quoted(text: str) -> str:
    raw = text.encode("utf-8", "surrogatepass")
    return "".join(f"%{byte:02x}" for byte in raw)


@EXAMPLES
@given(st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]), PATH)
def test_methods(service: ServedStudio, method: str, path: str) -> None:
    told = request(service.port, method, f"/{path}")
    assert told.status < 500
    assert told.status == 200 or told.is_problem()
