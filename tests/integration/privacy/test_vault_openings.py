"""Every token opens from the vault, where it belongs, and from nowhere else."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ledger.encoding.commitment import check_opening
from ledger.errors import AlteredEvidenceError
from ledger.production.opening import opened
from pipeline.credentials.jumbf import manifest_store_of
from tests.integration.privacy.conftest import World
from tests.integration.privacy.planting import CREDENTIALED, plate_path
from tests.integration.privacy.tokens import NEVER_KEPT, TOKENS
from tests.integration.privacy.vault_records import (
    Field,
    expected_commitment,
    fields_of,
)

RECIPE = "run.1 /body/recipe"
DECLARED = "asset.1 /files/N/declared"
INCOMING = "asset.1 /files/N/incoming"

WHERE = {
    "title": {"genesis.1 /body/title"},
    "person": {"party.1 /body/name"},
    "company": {"party.1 /body/name"},
    "bottom element": {"element.1 /body/name", RECIPE},
    "top element": {"element.1 /body/name", RECIPE},
    "PNG shot": {"shot.1 /body/alias", RECIPE},
    "JPEG shot": {"shot.1 /body/alias", RECIPE},
    **{
        label: {RECIPE}
        for label in (
            "plate file",
            "folder",
            "background file",
            "matte file",
            "record file",
        )
    },
    **{
        label: {DECLARED}
        for label in (
            *("artist", "comment", "make", "xmp", "remark"),
            *("tEXt", "zTXt", "iTXt", "PNG xmp", "PNG artist", "matte text"),
        )
    },
    "manifest title": {INCOMING},
    "manifest assertion": {INCOMING},
    "prompt": {"generation.1 /body/prompt"},
    "seed": {"generation.1 /body/seed"},
    "parameter": {"generation.1 /body/parameters"},
}


@pytest.fixture(scope="module")
def fields(world: World) -> Iterator[list[Field]]:
    with opened(world.production) as production:
        yield list(fields_of(production))


def test_every_token_is_planted_where_the_vault_should_keep_it() -> None:
    assert set(WHERE) | NEVER_KEPT == set(TOKENS)


@pytest.mark.parametrize("label", WHERE)
def test_a_token_opens_from_the_field_it_belongs_to(
    fields: list[Field], label: str
) -> None:
    # An offline run waits in the outbox: its fields are kept, but not in the log.
    token = TOKENS[label].encode()
    assert {one.name for one in fields if token in one.value} == WHERE[label]


@pytest.mark.parametrize("label", sorted(NEVER_KEPT))
def test_what_no_record_needs_is_not_kept(fields: list[Field], label: str) -> None:
    assert not any(TOKENS[label].encode() in one.value for one in fields)


def test_every_opening_leads_to_its_commitment_by_the_protocol_alone(
    fields: list[Field],
) -> None:
    assert len(fields) > 20
    for one in fields:
        assert expected_commitment(one.place, one.opening) == one.commitment
        check_opening(one.opening, one.place, one.commitment)


def test_no_opening_holds_in_another_record_or_field(fields: list[Field]) -> None:
    for one, other in itertools.permutations(fields, 2):
        moved = replace(one.opening, path=other.opening.path)
        for commitment in (one.commitment, other.commitment):
            with pytest.raises(AlteredEvidenceError):
                check_opening(moved, other.place, commitment)


def test_no_two_fields_have_one_commitment_though_their_values_agree(
    fields: list[Field],
) -> None:
    values = [one.value for one in fields]
    assert len(set(values)) < len(values)  # the same comment in each frame, say
    assert len({one.commitment for one in fields}) == len(fields)


def test_the_manifest_that_came_in_is_kept_byte_for_byte(
    world: World, fields: list[Field]
) -> None:
    (kept,) = [one for one in fields if one.name == INCOMING]
    assert kept.opening.path == f"/files/{CREDENTIALED}/incoming"
    source = world.root / "in" / plate_path(CREDENTIALED, "NFD")
    assert kept.value == manifest_store_of(source.read_bytes())
