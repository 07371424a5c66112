"""Statements: composed from drafts, and checked when somebody else wrote them."""

import json
from dataclasses import replace
from typing import Any

import pytest

from ledger.encoding import canonical
from ledger.encoding.commitment import check_opening
from ledger.encoding.kinds import KINDS
from ledger.encoding.statement import (
    MAX_STATEMENT,
    Checked,
    Draft,
    Secret,
    canonical_object,
    check,
    compose,
    read,
)
from ledger.errors import JangbuError, MalformedRecordError, UnknownKindError
from ledger.records.frames import FrameSet
from ledger.records.making import Generation
from ledger.records.statement import Scope, family
from tests.vectors import sample_records as sample

GENERATION = sample.generation()
FRAME_SET = sample.frame_set()
WITHDRAWAL = sample.withdrawal()


def changed(raw: bytes, **members: Any) -> bytes:  # noqa: ANN401
    """The statement with other members; `None` takes one away."""
    said = {**json.loads(raw), **members}
    return canonical.encode({key: one for key, one in said.items() if one is not None})


def with_body(raw: bytes, **members: Any) -> bytes:  # noqa: ANN401
    body = {**json.loads(raw)["body"], **members}
    return changed(raw, body={key: one for key, one in body.items() if one is not None})


def refused_at(raw: bytes) -> str:
    with pytest.raises(JangbuError) as refused:
        check(raw)
    assert isinstance(refused.value, MalformedRecordError | UnknownKindError)
    return refused.value.where


def test_a_composed_statement_checks_and_keeps_its_body() -> None:
    said = check(GENERATION.raw)
    assert isinstance(said.body, Generation)
    assert said.body.model == "example-image"
    assert said.place == GENERATION.place
    assert isinstance(check(FRAME_SET.raw).body, FrameSet)


def test_private_values_are_committed_and_kept_in_the_order_of_their_paths() -> None:
    said = json.loads(GENERATION.raw)
    paths = [value.opening.path for value in GENERATION.values]
    assert paths == ["/body/prompt", "/body/seed"]
    for value in GENERATION.values:
        field = said["body"][value.opening.path.removeprefix("/body/")]
        check_opening(value.opening, GENERATION.place, field["#"])
    assert sample.PROMPT.encode() not in GENERATION.raw


def test_the_same_draft_gives_the_same_bytes_on_every_machine() -> None:
    assert sample.frame_set() == FRAME_SET


def test_a_value_can_be_blinded_by_another_key_than_its_statement() -> None:
    keys = {"studio": bytes(32), "person/ab": b"1" * 32}
    draft = Draft(
        log=sample.LOG,
        kind="party.1",
        key="ab" * 16,
        body={
            "type": "person",
            "party": Secret("cd" * 16),
            "name": Secret("김하늘", of="person/ab"),
        },
    )
    composed = compose(draft, keys.__getitem__)
    assert [value.key_ref for value in composed.values] == ["person/ab", "studio"]
    assert composed.blinded_by == "studio"


def test_a_secret_with_a_float_is_refused_at_its_path() -> None:
    parameters = {"cfg": 7.5}
    body = {"type": "person", "party": Secret("ab"), "name": Secret(parameters)}  # type: ignore[arg-type]
    draft = Draft(log=sample.LOG, kind="party.1", key="ab" * 16, body=body)
    with pytest.raises(MalformedRecordError) as refused:
        compose(draft, sample.secret_of)
    assert refused.value.where == "/body/name/cfg"


@pytest.mark.parametrize("value", [1.5, object(), {1, 2}, b"bytes"])
def test_a_draft_with_a_value_that_json_lacks_is_refused(value: object) -> None:
    draft = Draft(
        log=sample.LOG, kind="key.1", key="ab" * 16, body={"a": {"b": [value]}}
    )
    with pytest.raises(MalformedRecordError) as refused:
        compose(draft, sample.secret_of)
    assert refused.value.where == "/body/a/b/0"


@pytest.mark.parametrize(
    ("members", "where"),
    [
        ({"v": None}, "/v"),
        ({"v": 2}, "/v"),
        ({"v": True}, "/v"),
        ({"log": "JANGBU.invalid/0123456789abcdef"}, "/log"),
        ({"key": "ab"}, "/key"),
        ({"prev": None}, "/prev"),
        ({"scope": None}, "/scope"),
        ({"body": None}, "/body"),
        ({"by": {"#": "ab" * 32}}, "/by"),
        ({"at": None}, "/at"),
        ({"at": "2026-11-22T08:30:00Z"}, "/at"),
        ({"at": "2026-11-22T24:00:00.000000Z"}, "/at"),
        ({"prev": ["ab" * 32, "ab" * 32]}, "/prev"),
        ({"prev": [f"{n:064x}" for n in range(257)]}, "/prev"),
        ({"scope": {"shot": "ab" * 16}}, "/scope"),
        ({"act": {"verb": "edit", "of": "ab" * 32}}, "/act/verb"),
        ({"act": {"verb": "withdraw", "of": "ab" * 32}}, "/body"),
        ({"kind": "generation.2"}, "/kind"),
        ({"kind": "generation"}, "/kind"),
    ],
)
def test_an_envelope_of_another_form_is_refused_by_field(
    members: dict[str, Any], where: str
) -> None:
    assert refused_at(changed(GENERATION.raw, **members)) == where


@pytest.mark.parametrize(
    ("members", "where"),
    [
        ({"prompt": "in clear"}, "/body/prompt"),
        ({"prompt": {"commitment": "ab" * 32}}, "/body/prompt/#"),
        ({"prompt": None}, "/body/prompt"),
        ({"outputs": []}, "/body/outputs"),
        ({"source_type": "photo"}, "/body/source_type"),
        ({"note": "free text"}, "/body/note"),
    ],
)
def test_a_body_of_another_form_is_refused_by_field(
    members: dict[str, Any], where: str
) -> None:
    assert refused_at(with_body(GENERATION.raw, **members)) == where


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (with_body(FRAME_SET.raw, cell=30), "/body/cell"),
        (
            with_body(
                FRAME_SET.raw,
                measured={**json.loads(FRAME_SET.raw)["body"]["measured"], "count": 3},
            ),
            "/body/measured",
        ),
        (changed(FRAME_SET.raw, at=sample.ASKED_AT), "/at"),
        (changed(FRAME_SET.raw, scope={"shot": sample.SHOT}), "/scope"),
    ],
)
def test_a_frame_set_states_the_frames_of_its_one_cell(raw: bytes, where: str) -> None:
    assert refused_at(raw) == where


def in_scope(kind: str, body: dict[str, Any], start: int, end: int) -> bytes:
    frames = {"unit": "frame", "rate": "24/1", "start": start, "end": end}
    scope = {"shot": sample.SHOT, "range": frames}
    return changed(FRAME_SET.raw, kind=kind, body=body, scope=scope)


def test_a_seal_set_lies_in_one_cell_with_a_leaf_for_each_frame() -> None:
    body = {
        "set": FRAME_SET.id,
        "audience": "public",
        "cert": "ab" * 32,
        "sealed": sample.sealed_leaves().stated.model_dump(),
    }
    assert check(in_scope("seal.set.1", body, 1001, 1003)).body is not None
    assert refused_at(in_scope("seal.set.1", body, 1023, 1025)) == "/scope/range"
    assert refused_at(in_scope("seal.set.1", body, 1001, 1004)) == "/body/sealed"


def test_a_version_names_cells_of_its_own_range_only() -> None:
    body = {"view": "screen", "cells": [{"cell": 31, "set": FRAME_SET.id}]}
    assert check(in_scope("version.1", body, 1001, 1003)).body is not None
    assert refused_at(in_scope("version.1", body, 1024, 1026)) == "/body/cells"


def test_a_withdrawal_says_nothing_else() -> None:
    said = check(WITHDRAWAL.raw)
    assert isinstance(said, Checked)
    assert said.body is None


@pytest.mark.parametrize("kind", ["genesis.1", "erasure.1"])
def test_a_kind_that_stands_for_itself_has_no_act(kind: str) -> None:
    act = {"verb": "withdraw", "of": "ab" * 32}
    raw = changed(GENERATION.raw, kind=kind, at=None, act=act, body={})
    assert refused_at(raw) == "/act"


def test_an_unknown_kind_is_refused_when_checked_and_opaque_when_read() -> None:
    raw = changed(GENERATION.raw, kind="consent.7", body={"anything": [1, "x"]})
    with pytest.raises(UnknownKindError):
        check(raw)
    assert read(raw).body == {"anything": [1, "x"]}
    assert family(read(raw).kind) == "consent"


def test_bytes_that_are_not_canonical_are_refused() -> None:
    assert refused_at(GENERATION.raw + b"\n") == "/"
    assert refused_at(json.dumps(json.loads(GENERATION.raw)).encode()) == "/"
    assert refused_at(b"[]") == "/"
    with pytest.raises(MalformedRecordError):
        canonical_object(b'"text"')


def test_a_statement_has_a_largest_size() -> None:
    long = changed(GENERATION.raw, body={"x": "y" * MAX_STATEMENT})
    with pytest.raises(MalformedRecordError, match="leaf blob"):
        read(long)


def test_an_empty_scope_is_an_empty_object() -> None:
    draft = Draft(log=sample.LOG, kind="key.1", key="ab" * 16, body={})
    assert draft.scope == Scope()
    assert json.loads(GENERATION.raw)["scope"] == {}
    assert replace(draft, scope=sample.SCOPE).scope.shot == sample.SHOT


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_body_that_refuses_an_empty_object(kind: str) -> None:
    with pytest.raises(MalformedRecordError):
        check(changed(GENERATION.raw, kind=kind, body={}))
