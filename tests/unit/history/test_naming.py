"""Which statements a statement names."""

from typing import Any

import pytest

from ledger.encoding import canonical
from ledger.encoding.statement import check
from ledger.history.naming import named_by

A, B, C, D = ("a" * 64, "b" * 64, "c" * 64, "d" * 64)
LEAVES = {"root": A, "count": 1, "length": 1, "blob": B}
SPAN = {"unit": "frame", "rate": "24/1", "start": 0, "end": 1}
SHOT = {"shot": "50" * 16, "range": SPAN}
PRIVATE = {"#": "0" * 64}
RUN = {
    "view": "screen",
    "picture": "picture/1",
    "measure": "measure/1",
    "width": 1,
    "height": 1,
    "layers": [
        {
            "element": "e0" * 16,
            "asset": A,
            "source_type": "digitalCapture",
            "alpha": "opaque",
        },
        {
            "element": "e1" * 16,
            "asset": B,
            "source_type": "trainedAlgorithmicMedia",
            "alpha": "matte",
            "matte": C,
            "generation": D,
        },
    ],
    "tools": [{"name": "numpy", "version": "2"}],
    "tables": {},
    "encoder": {"type": "image/png", "options": []},
    "audience": "public",
    "recipe": PRIVATE,
}
GENERATION = {
    "provider": "p",
    "model": "m",
    "model_version": "1",
    "source_type": "trainedAlgorithmicMedia",
    "prompt": PRIVATE,
    "inputs": [{"asset": A, "edge": "reference"}],
    "outputs": [B],
}


def named(kind: str, body: dict[str, Any], **more: Any) -> tuple[str, ...]:  # noqa: ANN401
    value: dict[str, Any] = {
        "v": 1,
        "log": "jangbu.invalid/0123456789abcdef",
        "kind": kind,
        "key": "0" * 32,
        "prev": [],
        "scope": {},
        "body": body,
    }
    said = check(canonical.encode({**value, **more}))
    return named_by(said.statement, said.body)


@pytest.mark.parametrize(
    ("kind", "body", "scope", "expected"),
    [
        ("asset.1", {"files": LEAVES}, {}, ()),
        ("run.1", RUN, SHOT, (A, B, C, D)),
        (
            "frame.set.1",
            {
                "run": C,
                "cell": 0,
                "measured": LEAVES,
                "tiles": {"length": 1, "blob": B},
            },
            SHOT,
            (C,),
        ),
        (
            "seal.set.1",
            {"set": D, "audience": "public", "cert": A, "sealed": LEAVES},
            SHOT,
            (D,),
        ),
        (
            "version.1",
            {"view": "screen", "cells": [{"cell": 0, "set": B}]},
            SHOT,
            (B,),
        ),
    ],
)
def test_a_statement_names_what_its_body_names(
    kind: str, body: dict[str, Any], scope: dict[str, Any], expected: tuple[str, ...]
) -> None:
    assert named(kind, body, scope=scope) == expected


def test_a_generation_names_what_went_in_and_came_out() -> None:
    at = "2026-11-22T08:30:00.000000Z"
    assert named("generation.1", GENERATION, at=at) == (A, B)


def test_each_named_statement_comes_once_whoever_names_it() -> None:
    act = {"verb": "supersede", "of": C}
    body = {"files": LEAVES}
    assert named("asset.1", body, prev=[A, C], act=act) == (A, C)


def test_a_withdrawal_names_its_target_alone() -> None:
    act = {"verb": "withdraw", "of": C}
    assert named("asset.1", {}, act=act) == (C,)
