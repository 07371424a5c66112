"""What is read quickly is what the models read: no statement or entry more, none else.

The models alone are the oracle (`thoroughly_checked`, `parse_model`).
"""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from ledger.encoding import canonical
from ledger.encoding.commitment import BY_PATH, Opening, Place, commit, commit_digest
from ledger.encoding.entry import (
    Entry,
    encode_entry,
    entry_json,
    parse_entry,
    project,
    project_bytes,
)
from ledger.encoding.forms import form_of, place_named_in
from ledger.encoding.kinds import KINDS
from ledger.encoding.models import dump, parse_model
from ledger.encoding.quick import Quick
from ledger.encoding.statement import (
    Checked,
    check,
    quickly_checked,
    thoroughly_checked,
)
from ledger.errors import RecordError
from ledger.history.naming import kinds_named_in
from ledger.log.leaves import quick_reader
from ledger.records.editing import ChangeLeaf, CutLeaf
from ledger.records.frames import MeasuredLeaf, SealedLeaf
from ledger.records.making import AssetLeaf
from ledger.records.people import SeenLeaf
from ledger.records.statement import Leaf
from ledger.store.references import assets_of
from tests.simulators.any_records import INSTANT, records, statements

ODD: list[Any] = [
    *(0, 1, -1, True, False, None, 1.0, 2**53, 2**53 - 1, 10**16, 10**15),
    *(
        "",
        "a",
        "é",
        "e\u0301",
        "\u007f",
        '"',
        "\\",
        "a" * 64,
        "A" * 64,
        "a" * 64 + "\n",
    ),
    *([], {}, [1], {"#": "a" * 64}, {"v": 1}, "2026-02-30T08:30:00.000000Z"),
    *("jangbu.invalid/0123456789abcdef", "xn--a.b/0123456789abcdef", "withdraw"),
]
SOME = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def exactly(raw: bytes) -> Checked | None:
    try:
        return thoroughly_checked(raw)
    except RecordError:
        return None


def same_record(ours: BaseModel | None, theirs: BaseModel | None) -> None:
    assert ours == theirs
    assert repr(ours) == repr(theirs)
    if ours is None or theirs is None:
        return
    assert ours.model_fields_set == theirs.model_fields_set
    for (_, one), (_, other) in zip(ours, theirs, strict=True):
        if isinstance(one, BaseModel):
            same_record(one, other)


def compare(raw: bytes) -> bool:
    """Whether it was read quickly; it must then be what the models read."""
    ours, theirs = quickly_checked(raw), exactly(raw)
    if ours is None:
        return False
    assert theirs is not None
    assert ours.json == canonical.parse(raw)
    same_record(ours.statement, theirs.statement)
    same_record(ours.body, theirs.body)
    assert (ours.place, ours.act) == (theirs.place, theirs.act)
    return True


def places(value: object) -> list[tuple[Any, Any]]:
    """Every object or list with each of its members' names."""
    found: list[tuple[Any, Any]] = []
    members = value.items() if isinstance(value, dict) else ()
    for key, item in enumerate(value) if isinstance(value, list) else members:
        found += [(value, key), *places(item)]
    return found


def altered(said: dict[str, Any], data: st.DataObject) -> bytes:
    """A statement with something in it exchanged, left out, added or spelled anew."""
    said = json.loads(json.dumps(said))
    holder, key = data.draw(st.sampled_from(places(said)))
    match data.draw(st.sampled_from(["value", "without", "more", "copy"])):
        case "value":
            holder[key] = data.draw(st.sampled_from(ODD))
        case "without":
            del holder[key]
        case "more" if isinstance(holder, dict):
            holder[data.draw(st.sampled_from(["a", "zz", "#", "é", "v"]))] = 1
        case _:
            item = holder[key]
            if isinstance(holder, list):
                holder.append(item)
    return json.dumps(
        said,
        sort_keys=data.draw(st.sampled_from([True, True, True, False])),
        separators=data.draw(st.sampled_from([(",", ":"), (",", ":"), (", ", ":")])),
        ensure_ascii=data.draw(st.booleans()),
    ).encode()


def flipped(raw: bytes, data: st.DataObject) -> bytes:
    """Bytes of which one was exchanged, doubled or left out."""
    at = data.draw(st.integers(0, len(raw) - 1))
    put = data.draw(
        st.sampled_from([b"", b",", b'"', b" ", b"0", b"\\", raw[at : at + 1]])
    )
    return raw[:at] + put + raw[at + data.draw(st.integers(0, 1)) :]


@pytest.mark.parametrize("kind", KINDS)
@SOME
@given(st.data())
def test_a_statement_is_read_quickly_as_its_models_read_it(
    kind: str, data: st.DataObject
) -> None:
    said = data.draw(statements(kind))
    raw = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    compare(raw)
    compare(altered(said, data))
    compare(flipped(raw, data))
    assert place_named_in(raw) == (kind, said["key"])


@SOME
@given(st.data())
def test_a_generation_in_order_is_always_read_quickly(data: st.DataObject) -> None:
    said = data.draw(statements("generation.1"))
    raw = canonical.encode(said)
    checked = exactly(raw)
    withdrawn = said.get("act", {}).get("verb") == "withdraw"
    assert compare(raw) == (checked is not None and not withdrawn)
    if checked is not None:
        named = assets_of(said["body"])
        assert tuple(named) == tuple(kinds_named_in(checked.body))


def test_kinds_with_a_form_are_those_that_an_expression_can_say() -> None:
    shaped = {kind for kind in KINDS if form_of(kind) is not None}
    assert {"generation.1", "asset.1", "shot.1", "element.1", "key.1"} <= shaped
    # Frames of a scope are the model's business.
    assert not shaped & {"run.1", "version.1", "frame.set.1", "contribution.1"}


@SOME
@given(st.data(), st.sampled_from(sorted(KINDS)), st.booleans())
def test_an_entry_is_made_and_read_quickly_as_its_model_does(
    data: st.DataObject,
    kind: str,
    held: bool,  # noqa: FBT001  # a value that is made up
) -> None:
    checked = exactly(canonical.encode(data.draw(statements(kind))))
    if checked is None:
        return
    more: dict[str, Any] = {
        "statement_id": "1d" * 32,
        "by": "b1" * 32,
        "at": INSTANT,
        "held": held,
    }
    entry = project(checked.statement, **more)
    raw = project_bytes(checked.json, **more)
    assert raw == encode_entry(entry)
    same_record(parse_entry(raw), parse_model(Entry, raw))
    assert entry_json(raw) == dump(entry)
    quick = Quick(Entry)
    for other in (flipped(raw, data), altered(json.loads(raw), data)):
        met = quick.read(other)
        if met is not None:
            same_record(met, parse_model(Entry, other))
        shown = quick.json(other)
        if shown is not None:
            assert shown == dump(parse_model(Entry, other))


@given(
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.binary(min_size=32, max_size=32),
)
def test_a_digest_is_committed_like_any_other_value(digest: str, blind: bytes) -> None:
    place = Place(log="jangbu.invalid/0123456789abcdef", kind="key.1", key="ab" * 16)
    opening = Opening(path=BY_PATH, value=digest, blind=blind)
    assert commit_digest(BY_PATH, digest, blind, place) == commit(opening, place)


def as_model(model: type[Leaf], raw: bytes) -> Leaf | None:
    try:
        return parse_model(model, raw)
    except RecordError:
        return None


@pytest.mark.parametrize(
    "model", [AssetLeaf, ChangeLeaf, CutLeaf, MeasuredLeaf, SealedLeaf, SeenLeaf]
)
@SOME
@given(st.data())
def test_a_leaf_is_read_quickly_as_its_model_reads_it(
    model: type[Leaf], data: st.DataObject
) -> None:
    said = data.draw(records(model))
    raw = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    quick = quick_reader(model)
    # What is in order is left to the model for nothing but a member of odd size.
    if quick.read(raw) is None:
        assert as_model(model, raw) is None
    for other in (raw, altered(said, data), flipped(raw, data)):
        met = quick.read(other)
        if met is not None:
            same_record(met, as_model(model, other))


def test_what_is_refused_is_refused_with_the_models_words() -> None:
    with pytest.raises(RecordError) as refused:
        check(b'{"body":{},"key":"x","kind":"generation.1"}')
    with pytest.raises(RecordError) as thorough:
        thoroughly_checked(b'{"body":{},"key":"x","kind":"generation.1"}')
    assert str(refused.value) == str(thorough.value)
