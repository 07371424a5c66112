"""A frame's manifest says what it must, and nothing that it must not."""

import hashlib
import json
from dataclasses import replace
from typing import Any, cast, get_args

import pytest

from ledger.errors import MalformedRecordError
from ledger.records.identity import (
    as_digest,
    as_origin,
    as_statement_id,
    as_token,
    as_uid,
)
from ledger.records.making import SourceType
from pipeline.credentials.manifest import (
    MOST_LAYERS,
    WITHHELD,
    FrameCredential,
    Incoming,
    LayerCredential,
    frame_assertion,
    manifest_definition,
    result_source_type,
    run_stub,
)
from pipeline.errors import ManifestRefusedError

PLATE = LayerCredential(
    layer=0,
    element=as_uid("a0" * 16),
    source_type="digitalCapture",
    file=as_digest("f0" * 32),
)
CREATURE = LayerCredential(
    layer=1,
    element=as_uid("a1" * 16),
    source_type="trainedAlgorithmicMedia",
    file=as_digest("f1" * 32),
    incoming="withheld",
)
FRAME = FrameCredential(
    log=as_origin("jangbu.invalid/0123456789abcdef"),
    run=as_statement_id("12" * 32),
    cell_key=as_digest("34" * 32),
    frame=1042,
    layers=(PLATE, CREATURE),
    source_type="compositeWithTrainedAlgorithmicMedia",
    version=as_token("0.1.0"),
    tools=(as_token("picture/1"),),
)


def actions(credential: FrameCredential) -> list[dict[str, Any]]:
    definition = manifest_definition(credential)
    found: list[dict[str, Any]] = definition["assertions"][0]["data"]["actions"]
    return found


def test_equal_credentials_give_equal_definitions() -> None:
    assert manifest_definition(FRAME) == manifest_definition(replace(FRAME))


def test_the_first_action_creates_and_one_more_places_each_layer() -> None:
    created, *placed = actions(FRAME)
    assert created["action"] == "c2pa.created"
    assert created["digitalSourceType"].endswith(
        "/compositeWithTrainedAlgorithmicMedia"
    )
    assert [one["action"] for one in placed] == ["c2pa.placed", "c2pa.placed"]
    assert [one["digitalSourceType"].rpartition("/")[2] for one in placed] == [
        "digitalCapture",
        "trainedAlgorithmicMedia",
    ]
    assert [one["parameters"]["ingredientIds"] for one in placed] == [
        ["layer-0"],
        ["layer-1"],
    ]


def test_the_actions_are_complete_and_carry_no_time() -> None:
    data = manifest_definition(FRAME)["assertions"][0]["data"]
    assert data["allActionsIncluded"] is True
    assert "when" not in json.dumps(data)


def test_an_ingredient_is_thin() -> None:
    plate, creature = manifest_definition(FRAME)["ingredients"]
    assert plate == {
        "label": "layer-0",
        "title": "layer 0",
        "relationship": "componentOf",
    }
    assert creature == {
        "label": "layer-1",
        "title": "layer 1",
        "relationship": "componentOf",
        "description": WITHHELD,
    }


def test_our_assertion_names_log_run_cell_frame_and_inputs() -> None:
    assert frame_assertion(FRAME) == {
        "v": 1,
        "log": "jangbu.invalid/0123456789abcdef",
        "run": "12" * 32,
        "cell_key": "34" * 32,
        "frame": 1042,
        "inputs": [
            {"layer": 0, "file": "f0" * 32, "incoming": "none"},
            {"layer": 1, "file": "f1" * 32, "incoming": "withheld"},
        ],
    }


def test_the_audit_log_reference_commits_to_the_public_stub() -> None:
    external = manifest_definition(FRAME)["assertions"][2]
    stub = run_stub(FRAME.log, FRAME.run)
    assert external["created"] is False
    assert external["data"]["location"] == {
        "url": f"https://jangbu.invalid/0123456789abcdef/run/{'12' * 32}",
        "alg": "sha256",
        "hash": list(hashlib.sha256(stub).digest()),
        "dc:format": "application/json",
        "size": len(stub),
        "data_types": [{"type": "c2pa.types.audit-log"}],
    }


def test_the_claim_states_the_version_of_the_specification() -> None:
    definition = manifest_definition(FRAME)
    assert definition["claim_version"] == 2
    assert definition["claim_generator_info"] == [
        {"name": "jangbu", "version": "0.1.0", "specVersion": "2.4.0"}
    ]


@pytest.mark.parametrize("source", get_args(SourceType))
def test_one_opaque_layer_is_what_its_source_is(source: SourceType) -> None:
    assert result_source_type([source], one_opaque=True) == source


@pytest.mark.parametrize(
    "source",
    [
        "trainedAlgorithmicMedia",
        "compositeWithTrainedAlgorithmicMedia",
        "compositeSynthetic",
    ],
)
def test_one_generated_layer_makes_a_composite_a_generated_one(
    source: SourceType,
) -> None:
    assert (
        result_source_type(["digitalCapture", source], one_opaque=False)
        == "compositeWithTrainedAlgorithmicMedia"
    )


def test_layers_without_a_model_make_a_plain_composite() -> None:
    sources: list[SourceType] = ["digitalCapture", "virtualRecording"]
    assert result_source_type(sources, one_opaque=False) == "composite"


@pytest.mark.parametrize(
    "claimed", ["composite", "digitalCapture", "trainedAlgorithmicMedia"]
)
def test_a_frame_cannot_claim_another_origin_than_its_layers_give(
    claimed: SourceType,
) -> None:
    with pytest.raises(ManifestRefusedError):
        replace(FRAME, source_type=claimed)


def test_a_source_type_that_is_not_in_the_vocabulary_is_refused() -> None:
    with pytest.raises(ManifestRefusedError):
        replace(PLATE, source_type=cast("SourceType", "photograph"))


def test_an_incoming_manifest_is_none_or_withheld_never_shown() -> None:
    with pytest.raises(ManifestRefusedError):
        replace(PLATE, incoming=cast("Incoming", "shown"))


@pytest.mark.parametrize(
    "layers",
    [
        (),
        (CREATURE, PLATE),
        (PLATE, PLATE),
        tuple(replace(PLATE, layer=n) for n in range(MOST_LAYERS + 1)),
    ],
)
def test_layers_stand_once_and_bottom_to_top(
    layers: tuple[LayerCredential, ...],
) -> None:
    with pytest.raises(ManifestRefusedError):
        replace(FRAME, layers=layers)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("log", "jangbu.invalid"),
        ("run", "x"),
        ("cell_key", "F0" * 32),
        ("frame", 1.5),
        ("version", "0.1 (on host render-07)"),
        ("tools", ("C:/Users/kim/fpng",)),
    ],
)
def test_free_text_never_gets_into_a_manifest(field: str, value: object) -> None:
    changed: dict[str, Any] = {field: value}
    with pytest.raises(MalformedRecordError):
        replace(FRAME, **changed)
