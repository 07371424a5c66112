"""Records are read strictly: one spelling, no coercion, no unknown field."""

from typing import Any, Literal

import pytest
from pydantic import ValidationError

from ledger.encoding import canonical
from ledger.encoding.entry import Entry
from ledger.encoding.models import dump, parse_model
from ledger.encoding.sheet import Sheet
from ledger.errors import MalformedRecordError
from ledger.records.authority import Genesis, Key
from ledger.records.frames import MeasuredLeaf, SealedLeaf
from ledger.records.identity import as_digest
from ledger.records.making import Run, Version
from ledger.records.statement import Private, Record
from tests.vectors import sample_records as sample

DIGEST, UID = "ab" * 32, "cd" * 16
AT = "2026-11-22T08:30:00.123456Z"
SAMPLES: dict[type[Record], dict[str, Any]] = {
    Private: {"#": DIGEST},
    Key: {"public_key": DIGEST, "algorithm": "ed25519"},
    Genesis: {
        "studio": UID,
        "log_key": DIGEST,
        "recovery_key": DIGEST,
        "admission_roots": [DIGEST],
        "canonical": "rfc8785-restricted/1",
        "hashing": "rfc6962-sha256/1",
        "commitment": "hmac-sha256/1",
        "cell_size": 32,
    },
    SealedLeaf: {
        "v": 1,
        "frame": 1001,
        "file": DIGEST,
        "part": 0,
        "index": 0,
        "manifest": DIGEST,
    },
    Entry: {
        "v": 1,
        "kind": "shot.1",
        "id": DIGEST,
        "scope": {},
        "refs": [],
        "by": {"#": DIGEST},
        "at": AT,
    },
    Sheet: {
        "v": 1,
        "log": sample.LOG,
        "org": UID,
        "key_id": UID,
        "signed_at": AT,
        "ids": [DIGEST],
    },
    Version: {"view": "screen", "cells": [{"cell": 31, "set": DIGEST}]},
    Run: {
        "view": "screen",
        "picture": "picture/1",
        "measure": "measure/1",
        "width": 64,
        "height": 64,
        "layers": [
            {
                "element": UID,
                "asset": DIGEST,
                "source_type": "digitalCapture",
                "alpha": "opaque",
            }
        ],
        "tools": [{"name": "numpy", "version": "2.4.6"}],
        "tables": {"lin_srgb": DIGEST},
        "encoder": {"type": "image/png", "options": []},
        "audience": "public",
        "recipe": {"#": DIGEST},
    },
}
MEASURED = canonical.parse(sample.measured_leaves().raw.split(b"\n")[0])


def refused_at(model: type[Record], value: Any) -> str:  # noqa: ANN401
    with pytest.raises(MalformedRecordError) as refused:
        parse_model(model, canonical.encode(value))
    return refused.value.where


@pytest.mark.parametrize("model", SAMPLES, ids=lambda model: model.__name__)
def test_a_record_is_printed_as_it_was_read(model: type[Record]) -> None:
    raw = canonical.encode(SAMPLES[model])
    assert canonical.encode(dump(parse_model(model, raw))) == raw


@pytest.mark.parametrize("model", SAMPLES, ids=lambda model: model.__name__)
def test_no_member_of_a_record_can_be_left_out_even_if_its_value_is_fixed(
    model: type[Record],
) -> None:
    for name in SAMPLES[model]:
        rest = {key: item for key, item in SAMPLES[model].items() if key != name}
        assert refused_at(model, rest) == f"/{name}"


@pytest.mark.parametrize("model", SAMPLES, ids=lambda model: model.__name__)
def test_an_unknown_member_is_refused_by_name(model: type[Record]) -> None:
    assert refused_at(model, {**SAMPLES[model], "extra": 1}) == "/extra"


@pytest.mark.parametrize("model", SAMPLES, ids=lambda model: model.__name__)
def test_numbers_text_and_truth_are_not_taken_for_one_another(
    model: type[Record],
) -> None:
    for name, value in SAMPLES[model].items():
        others: list[canonical.JsonValue] = [True, "1", 1, [], {}]
        for other in others:
            if type(other) is not type(value):
                where = refused_at(model, {**SAMPLES[model], name: other})
                assert where.startswith(f"/{name}")


def test_a_private_field_has_one_spelling() -> None:
    assert refused_at(Private, {"commitment": DIGEST}) == "/#"
    assert refused_at(Private, {"#": DIGEST, "commitment": DIGEST}) == "/commitment"
    assert refused_at(Private, {"#": DIGEST.upper()}) == "/#"
    assert dump(Private.of(as_digest(DIGEST))) == {"#": DIGEST}
    with pytest.raises(ValidationError):
        Private(commitment=DIGEST)  # type: ignore[call-arg]  # the wrong spelling


@pytest.mark.parametrize("mark", [False, 1, "true"])
def test_the_mark_of_a_held_time_is_true_or_absent(mark: Any) -> None:  # noqa: ANN401
    assert refused_at(Entry, {**SAMPLES[Entry], "held": mark}) == "/held"


@pytest.mark.parametrize(
    "kind", ["shot", "shot.0", "shot.01", "Shot.1", "shot.1\n", "shot..1", "x" * 70]
)
def test_a_kind_is_a_name_and_a_version(kind: str) -> None:
    assert refused_at(Entry, {**SAMPLES[Entry], "kind": kind}) == "/kind"


def test_a_bad_key_of_a_table_is_named_without_the_readers_own_marks() -> None:
    changed = {**SAMPLES[Run], "tables": {"UPPER": DIGEST}}
    assert refused_at(Run, changed) == "/tables/UPPER"


@pytest.mark.parametrize("name", ["picture", "measure"])
@pytest.mark.parametrize("number", ["0", "x", "12345", "1\n"])
def test_an_algorithm_has_a_short_number(name: str, number: str) -> None:
    changed = {**SAMPLES[Run], name: f"{name}/{number}"}
    assert refused_at(Run, changed) == f"/{name}"


def test_what_two_machines_might_order_differently_has_one_order() -> None:
    tools = [{"name": name, "version": "1"} for name in ("pillow", "numpy")]
    assert refused_at(Run, {**SAMPLES[Run], "tools": tools}) == "/tools"
    assert refused_at(Run, {**SAMPLES[Run], "tools": tools[:1] * 2}) == "/tools"


def test_a_matte_stands_where_the_opacity_comes_from_it_and_nowhere_else() -> None:
    (layer,) = SAMPLES[Run]["layers"]
    for changed in ({**layer, "matte": DIGEST}, {**layer, "alpha": "matte"}):
        assert refused_at(Run, {**SAMPLES[Run], "layers": [changed]}) == "/layers/0"


def test_a_version_names_each_cell_once_and_in_order() -> None:
    cells = [{"cell": cell, "set": DIGEST} for cell in (32, 31)]
    for wrong in (cells, cells[:1] * 2):
        assert refused_at(Version, {**SAMPLES[Version], "cells": wrong}) == "/cells"


def test_an_upper_bound_is_not_below_the_lower() -> None:
    assert isinstance(MEASURED, dict)
    coverage = MEASURED["coverage"]
    assert isinstance(coverage, dict)
    changed = {**coverage, "unattributed": {"lower": 2, "upper": 1}}
    where = refused_at(MeasuredLeaf, {**MEASURED, "coverage": changed})
    assert where == "/coverage/unattributed/upper"


def test_a_layer_has_one_input_in_a_frame() -> None:
    assert isinstance(MEASURED, dict)
    inputs = MEASURED["inputs"]
    assert isinstance(inputs, list)
    assert refused_at(MeasuredLeaf, {**MEASURED, "inputs": inputs * 2}) == "/inputs"


@pytest.mark.parametrize(
    "key",
    [
        "00" * 32,
        "01" + "00" * 31,
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ff" * 32,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ],
)
def test_a_key_under_which_anybody_could_sign_is_refused(key: str) -> None:
    changed = {**SAMPLES[Key], "public_key": key}
    assert refused_at(Key, changed) == "/public_key"


def test_a_real_public_key_is_admitted() -> None:
    public_key = sample.SIGNING_KEY.public_key().public_bytes_raw().hex()
    raw = canonical.encode({**SAMPLES[Key], "public_key": public_key})
    assert parse_model(Key, raw).public_key == public_key


class _Row(Record):
    v: Literal[1] = 1


class _Table(Record):
    rows: tuple[_Row, ...]


def test_a_difference_is_named_inside_of_lists_too() -> None:
    assert refused_at(_Table, {"rows": [{"v": 1}, {}]}) == "/rows/1/v"
    assert refused_at(_Table, {"rows": [{"v": 1}, {"v": True}]}) == "/rows/1/v"
