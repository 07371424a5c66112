"""Our manifests against the C2PA conformance rubric 0.2 for spec 2.4.

The traits that can apply to a frame of ours, each under its id in the rubric
(asset-rubric-conformance0.2-spec2.4.yml). c2pa itself does not police these: a bogus
action or source type reads as trusted.
"""

import io
import json
from dataclasses import replace
from typing import Any, get_args

import c2pa
import pytest

from ledger.keys.certificates import DevelopmentChain
from ledger.records.making import SourceType
from pipeline.credentials.manifest import FrameCredential
from pipeline.credentials.sealer import Sealer
from pipeline.credentials.settings import CredentialSettings

DEPRECATED_ACTIONS = {
    "c2pa.copied",
    "c2pa.formatted",
    "c2pa.version_updated",
    "c2pa.printed",
    "c2pa.managed",
    "c2pa.produced",
    "c2pa.saved",
    "c2pa.color_adjustments",
    "c2pa.watermarked",
}
DEPRECATED_ASSERTIONS = {
    "c2pa.claim",
    "c2pa.hash.bmff.v2",
    "c2pa.asset-type",
    "c2pa.ingredient",
    "c2pa.ingredient.v2",
    "c2pa.actions",
}
ALLOWED_ACTIONS = {"c2pa.created", "c2pa.placed"}
STANDARD_PARAMETERS = {"ingredients", "relatedAssertions", "multipleInstances"}


@pytest.fixture(scope="module", params=["composite", "single"])
def manifest(
    request: pytest.FixtureRequest,
    sealer: Sealer,
    png: bytes,
    credential: FrameCredential,
    chain: DevelopmentChain,
) -> dict[str, Any]:
    if request.param == "single":
        credential = replace(
            credential, layers=credential.layers[:1], source_type="digitalCapture"
        )
    sealed = sealer.seal(png, "image/png", credential)
    return crjson(sealed.data, chain.root_pem)["manifests"][0]  # type: ignore[no-any-return]


def crjson(data: bytes, root_pem: bytes) -> dict[str, Any]:
    settings = CredentialSettings(roots_pem=(root_pem,)).rendered("read")
    with (
        c2pa.Context.from_dict(settings) as context,
        c2pa.Reader("image/png", io.BytesIO(data), context=context) as reader,
    ):
        found: dict[str, Any] = json.loads(reader.crjson())
    return found


def actions(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = manifest["assertions"]["c2pa.actions.v2"]["actions"]
    return found


def labels(manifest: dict[str, Any], kind: str) -> list[str]:
    claim = manifest["claim.v2"]
    return [one["url"].rpartition("/")[2] for one in claim[kind]]


def base(label: str) -> str:
    return label.partition("__")[0]


def test_mandatory_spec_version(manifest: dict[str, Any]) -> None:
    claim = manifest["claim.v2"]
    assert claim["claim_generator_info"]["specVersion"] == "2.4.0"
    assert "specVersion" not in claim  # no_deprecated_claim_fields


def test_mandatory_all_actions_included(manifest: dict[str, Any]) -> None:
    assert manifest["assertions"]["c2pa.actions.v2"]["allActionsIncluded"] is True


def test_mandatory_dst_for_created_action_and_perceptible_transformations(
    manifest: dict[str, Any],
) -> None:
    known = {
        f"http://cv.iptc.org/newscodes/digitalsourcetype/{name}"
        for name in get_args(SourceType)
    }
    assert all(one["digitalSourceType"] in known for one in actions(manifest))


def test_well_formed_and_valid_success(manifest: dict[str, Any]) -> None:
    results = manifest["validationResults"]
    assert results["failure"] == []
    codes = {one["code"] for one in results["success"]}
    assert {"signingCredential.trusted", "assertion.dataHash.match"} <= codes


def test_inception_action_position(manifest: dict[str, Any]) -> None:
    created = labels(manifest, "created_assertions")
    first = next(label for label in created if label.startswith("c2pa.actions"))
    assert first == "c2pa.actions.v2"
    assert actions(manifest)[0]["action"] == "c2pa.created"
    assert [one["action"] for one in actions(manifest)].count("c2pa.created") == 1


def test_no_deprecated_or_unsupported_assertions_and_actions(
    manifest: dict[str, Any],
) -> None:
    used = {one["action"] for one in actions(manifest)}
    assert used <= ALLOWED_ACTIONS - DEPRECATED_ACTIONS
    present = set(map(base, manifest["assertions"]))
    assert not present & DEPRECATED_ASSERTIONS
    assert present == {
        "c2pa.actions.v2",
        "c2pa.ingredient.v3",
        "c2pa.external-reference",
        "c2pa.hash.data",
        "kr.jangbu.frame",
    }


def test_no_unrecognized_custom_action_parameters(manifest: dict[str, Any]) -> None:
    for action in actions(manifest):
        for name in action.get("parameters", {}):
            assert name in STANDARD_PARAMETERS or name.startswith("kr.jangbu.")


def test_active_manifest_urn(manifest: dict[str, Any]) -> None:
    assert manifest["label"].startswith("urn:c2pa:")


def test_ingredients_are_components_without_a_manifest_of_their_own(
    manifest: dict[str, Any],
) -> None:
    found = [
        value
        for label, value in manifest["assertions"].items()
        if base(label) == "c2pa.ingredient.v3"
    ]
    assert found
    for ingredient in found:
        assert ingredient["relationship"] == "componentOf"
        assert not {"activeManifest", "validationResults"} & set(ingredient)


def test_external_references_are_gathered_and_name_no_assertion(
    manifest: dict[str, Any],
) -> None:
    assert labels(manifest, "gathered_assertions") == ["c2pa.external-reference"]
    assert "label" not in manifest["assertions"]["c2pa.external-reference"]


def test_each_placed_layer_refers_to_its_own_ingredient(
    manifest: dict[str, Any],
) -> None:
    placed = actions(manifest)[1:]
    urls = [
        [one["url"] for one in action["parameters"]["ingredients"]] for action in placed
    ]
    assert all(len(found) == 1 for found in urls)
    assert len({found[0] for found in urls}) == len(placed)
