"""The conversations of tests/exchange happen as they are written there."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ledger.encoding.digest import sha256_hex
from ledger.remote import wire
from ledger.remote.request import Asked, authorization
from tests.architecture.sources import ROOT
from tests.simulators.ledger_studio import LedgerStudio
from tests.simulators.raw_http import Told, request
from tests.simulators.served_studio import ServedStudio, serving

FILES = sorted((ROOT / "tests" / "exchange").glob("*.txt"))
BLANK = re.compile(r"\{\{([a-z_]+)\}\}")


@dataclass
class Turn:
    """A request and what is expected; each as first line, headers, body."""

    asked: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def turns(path: Path) -> Iterator[Turn]:
    turn = Turn()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(">"):
            if turn.told:
                yield turn
                turn = Turn()
            turn.asked.append(line[2:])
        elif line.startswith("<"):
            turn.told.append(line[2:])
    yield turn


def parts(lines: list[str]) -> tuple[str, dict[str, str], str]:
    first, *rest = lines
    end = rest.index("") if "" in rest else len(rest)
    headers = dict(line.split(": ", 1) for line in rest[:end])
    return first, headers, "\n".join(rest[end + 1 :])


def names_of(studio: LedgerStudio) -> dict[str, str]:
    element = studio.element(1)
    return {
        "origin": studio.origin,
        "sheet": base64.b64encode(studio.sheet([element.id])).decode(),
        "statement": base64.b64encode(element.raw).decode(),
        "blind": element.blind.hex(),
        "by_blind": element.by_blind.hex(),
        "key": element.key,
        "id": element.id,
    }


def ask(service: ServedStudio, lines: list[str]) -> Told:
    first, headers, body = parts(lines)
    method, path = first.split(" ")
    raw = body.encode()
    if raw:
        headers.setdefault("content-type", wire.JSON)
    signer = headers.pop("sign", None)
    if signer:
        studio = service.studio
        asked = Asked(method=method, path=path, digest=sha256_hex(raw))  # type: ignore[arg-type]
        headers["authorization"] = authorization(
            asked, studio.origin, studio.signer(signer), studio.clock.now()
        )
    return request(service.port, method, path, raw, **headers)


def compare_text(expected: str, met: str, names: dict[str, str]) -> None:
    pattern = ""
    for place, part in enumerate(BLANK.split(expected)):
        if place % 2 == 0:
            pattern += re.escape(part)
        else:
            pattern += re.escape(names[part]) if part in names else f"(?P<{part}>.+)"
    found = re.fullmatch(pattern, met, re.DOTALL)
    assert found is not None, (expected, met)
    names.update(found.groupdict())


def compare(expected: Any, met: Any, names: dict[str, str]) -> None:  # noqa: ANN401
    match expected:
        case dict():
            for name, item in expected.items():
                assert name in met, (name, met)
                compare(item, met[name], names)
        case list():
            assert len(expected) == len(met), met
            for one, other in zip(expected, met, strict=True):
                compare(one, other, names)
        case str():
            compare_text(expected, met, names)
        case _:
            assert type(expected) is type(met)
            assert expected == met


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_conversation_goes_as_it_is_written(
    ledger_studio: LedgerStudio, path: Path
) -> None:
    names = names_of(ledger_studio)
    with serving(ledger_studio) as service:
        for turn in turns(path):
            filled = [BLANK.sub(lambda hit: names[hit[1]], one) for one in turn.asked]
            told = ask(service, filled)
            status, headers, body = parts(turn.told)
            assert told.status == int(status), (turn.asked[0], told)
            for name, value in headers.items():
                assert told.headers[name] == value.lower(), name
            if body.startswith("{") and not body.startswith("{{"):
                compare(json.loads(body), told.json, names)
            elif body:
                compare_text(body + "\n", told.body.decode(), names)
