"""Edits that nobody made: changes and contributions that disagree with their assets."""

import struct
from collections.abc import Callable
from typing import Any

import pytest

from ledger.encoding import canonical
from ledger.encoding.digest import sha256_hex
from ledger.encoding.statement import Composed
from ledger.errors import ErasedEvidenceError
from ledger.evidence.bundle import Request
from ledger.evidence.steps.media import Readers
from ledger.evidence.verdict import Verdict
from ledger.evidence.verify import verify_bundle
from ledger.log.tree import leaf_hash, root_of
from ledger.records.editing import ChangeLeaf
from ledger.records.identity import as_digest
from tests.integration.evidence.remaking import still_open, verdict_on
from tests.simulators.repacking import contents, resign
from tests.simulators.small_studio import SHOT, Shot
from tests.simulators.worked_film import SPAN, WorkedFilm

Tables = Callable[[bytes], bytes]
Leafed = Callable[[list[ChangeLeaf]], list[ChangeLeaf]]


def filmed() -> tuple[WorkedFilm, Shot, Composed]:
    """A shot, and its plates painted over."""
    film = WorkedFilm()
    return film, film.shoot(span=SPAN), film.painting()


def failed_at(verdict: Verdict) -> tuple[str, str]:
    assert verdict.exit_code == 5
    return verdict.failures[0].step, verdict.failures[0].error.expected


def test_an_honest_edit_is_verified() -> None:
    film, shot, painting = filmed()
    change = film.change(shot.asset, painting)
    still = film.change(film._asset({0: film.pictures[shot.asset.id][1020]}), painting)
    named: dict[str, Any] = {"before": [shot.asset.id], "after": [painting.id]}
    film.contribution(SHOT, change=change.id, **named)
    film.engagement()
    film.contribution(SHOT, route="direction", act="direct")
    verdict = verdict_on(film)
    assert (verdict.exit_code, verdict.open_points) == (0, ())
    counts = {check.step: check.count for check in verdict.checks}
    assert counts["changes"] == counts["contributions"] == 2
    assert counts["pictures.changed"] == 2 * SPAN.count()
    assert still.id != change.id


# --- figures and files --------------------------------------------------------------


def claiming(lie: Leafed, on_tables: Tables = lambda one: one) -> tuple[str, str]:
    film, shot, painting = filmed()
    film.change(shot.asset, painting, lie, on_tables)
    return failed_at(verdict_on(film))


def first(**other: object) -> Leafed:
    def lie(leaves: list[ChangeLeaf]) -> list[ChangeLeaf]:
        return [leaves[0].model_copy(update=other), *leaves[1:]]

    return lie


@pytest.mark.parametrize(
    ("lie", "expected"),
    [
        (lambda leaves: leaves[1:], "a change for each picture after"),
        (lambda leaves: leaves[:-1], "a change for each picture after"),
        (first(before=as_digest("a" * 64)), "files of the assets before and after"),
        (first(after=as_digest("a" * 64)), "files of the assets before and after"),
        (first(pixels=1), "the pixels of the picture"),
        (first(tiles=as_digest("a" * 64)), "the tile table of this picture"),
        (first(changed_0=1), "tiles that sum to the change"),
        (first(sum_sq=2**53 - 1), "tiles that sum to the change"),
    ],
)
def test_a_change_leaf_that_does_not_fit_is_found(lie: Leafed, expected: str) -> None:
    assert claiming(lie) == ("changes", expected)


def test_tables_too_many_or_too_few_are_found() -> None:
    expected = ("changes", "one tile table for each picture")
    assert claiming(lambda one: one, lambda tables: tables + b"\0\0\0\0") == expected
    assert claiming(lambda one: one, lambda tables: tables[:-4]) == expected


def forged(figures: list[int]) -> tuple[Leafed, Tables]:
    """Other figures in the first tile of the first picture, everywhere alike."""
    kept: dict[str, bytes] = {}

    def on_leaves(leaves: list[ChangeLeaf]) -> list[ChangeLeaf]:
        cells = [cell for figure in figures for cell in (figure, 0)]
        kept["table"] = struct.pack("<8I", *cells)
        names = ("changed_0", "changed_2", "sum_abs", "sum_sq")
        stated = dict(zip(names, figures, strict=True))
        tiles = sha256_hex(kept["table"])
        return first(**stated, tiles=as_digest(tiles))(leaves)

    return on_leaves, lambda tables: kept["table"] + tables[len(kept["table"]) :]


@pytest.mark.parametrize(
    "figures",
    [
        [0, 1, 1, 1],
        [64 * 40 + 1, 0, 64 * 40 + 1, 64 * 40 + 1],
        [1, 0, 7, 13],
        [1, 1, 766, 766 * 255],
        [1, 0, 1, 2],
        [1, 1, 3, 255 * 3 + 1],
        [0, 0, 1, 1],
        [2, 2, 20, 30],
    ],
)
def test_figures_that_no_pixels_can_have_are_found(figures: list[int]) -> None:
    lie, on_tables = forged(figures)
    assert claiming(lie, on_tables) == ("changes", "a change that pixels can have")


def test_a_change_between_one_file_and_itself_is_found() -> None:
    film, shot, _ = filmed()
    lie, on_tables = forged([1, 0, 1, 1])
    film.change(shot.asset, shot.asset, lie, on_tables)
    expected = "no change where nothing was changed"
    assert failed_at(verdict_on(film)) == ("changes", expected)


def test_assets_that_change_places_are_found() -> None:
    film, shot, painting = filmed()
    swapped = {"before": painting.id, "after": shot.asset.id}
    film.change(shot.asset, painting, other=swapped)
    assert failed_at(verdict_on(film))[0] == "changes"


def test_a_change_of_pictures_of_two_sizes_is_found() -> None:
    film, shot, painting = filmed()
    body = film.body_of(painting)
    raw = film.shelf.read(body["files"]["blob"]).replace(b'"width":70', b'"width":71')
    _, other = stated_again(film, body, raw)
    film.pictures[other.id] = film.pictures[painting.id]
    film.change(shot.asset, other)
    assert failed_at(verdict_on(film)) == ("changes", "pictures of one size")


def test_a_picture_of_endless_size_is_counted_out_by_nobody() -> None:
    film, shot, painting = filmed()
    assets = []
    for one in (shot.asset, painting):
        body = film.body_of(one)
        raw = film.shelf.read(body["files"]["blob"])
        raw = raw.replace(b'"width":70', b'"width":94906265')
        raw = raw.replace(b'"height":40', b'"height":94906265')
        _, asset = stated_again(film, body, raw)
        film.pictures[asset.id] = film.pictures[one.id]
        assets.append(asset)
    endless = 94906265**2
    before, after = assets
    film.change(before, after, lambda leaves: [sized(one, endless) for one in leaves])
    expected = ("changes", "one tile table for each picture")
    assert failed_at(verdict_on(film)) == expected


def sized(leaf: ChangeLeaf, pixels: int) -> ChangeLeaf:
    return leaf.model_copy(update={"pixels": pixels})


def stated_again(
    film: WorkedFilm, body: dict[str, Any], raw: bytes
) -> tuple[str, Composed]:
    """An asset with other leaves."""
    rows = [row + b"\n" for row in raw.splitlines()]
    blob = leaves_of(rows)
    film.shelf.put(raw)
    return blob["root"], film.state("asset.1", {**body, "files": blob}, by="studio")


def leaves_of(rows: list[bytes]) -> dict[str, Any]:
    hashes = [leaf_hash(row[:-1]) for row in rows]
    raw = b"".join(rows)
    return {
        "root": root_of(hashes).hex(),
        "count": len(rows),
        "length": len(raw),
        "blob": sha256_hex(raw),
    }


def test_a_measure_of_changes_that_nobody_knows_stays_open() -> None:
    film, shot, painting = filmed()
    film.change(shot.asset, painting, other={"measure": "change/2"})
    assert still_open(verdict_on(film)) == {("weak", "change.measure")}


def test_a_change_of_what_is_no_asset_is_found() -> None:
    film, shot, painting = filmed()
    film.change(shot.asset, painting, other={"before": shot.run.id})
    assert failed_at(verdict_on(film))[0] == "sources"


@pytest.mark.parametrize("blob", ["frames", "tiles"])
def test_a_blob_of_a_change_that_is_missing_or_another_is_found(blob: str) -> None:
    film, shot, painting = filmed()
    change = film.change(shot.asset, painting)
    name = f"blobs/{film.body_of(change)[blob]['blob']}"
    parts = contents(film.bundle(Request(frames="none")).to_bytes())
    missing = {key: raw for key, raw in parts.items() if key != name}
    for packed in (missing, {**parts, name: b"\0" * len(parts[name])}):
        whole = film.bundle(Request(frames="none")).to_bytes()
        raw = resign(whole, packed, film.keys["studio"])
        verdict = verify_bundle(raw, film.trust(), Readers())
        steps = {failure.step for failure in verdict.failures}
        assert verdict.exit_code == 5
        assert steps >= {"changes", "names"}


# --- contributions ------------------------------------------------------------------


def test_a_contribution_to_what_is_no_asset_is_found() -> None:
    film, shot, _ = filmed()
    film.contribution(SHOT, after=[shot.run.id])
    assert failed_at(verdict_on(film))[0] == "sources"


def test_a_contribution_with_somebody_elses_change_is_found() -> None:
    film, shot, painting = filmed()
    change = film.change(shot.asset, painting)
    touched = film.painting(strength=1)
    named = {"before": [shot.asset.id], "after": [touched.id]}
    film.contribution(SHOT, change=change.id, **named)
    expected = "a change between the pictures that are named"
    assert failed_at(verdict_on(film)) == ("contributions", expected)


@pytest.mark.parametrize("named", ["asset", "change"])
def test_a_contribution_that_rests_on_something_withdrawn_stays_open(
    named: str,
) -> None:
    film, shot, painting = filmed()
    change = film.change(shot.asset, painting)
    both = {"before": [shot.asset.id], "after": [painting.id]}
    film.contribution(SHOT, change=change.id, **both)
    gone = {"asset": painting, "change": change}[named]
    film.state(gone.kind, {}, by="studio", act=("withdraw", gone.id))
    expected = {("sources_conflict", f"{named}.replaced")}
    assert expected <= still_open(verdict_on(film))


@pytest.mark.parametrize("kind", ["contribution", "engagement"])
def test_what_is_disputed_about_people_stays_open(kind: str) -> None:
    film, _, _ = filmed()
    said = film.contribution(SHOT) if kind == "contribution" else film.engagement()
    film.make_key("vendor")
    _, vendor = film.delegate("vendor", "ab" * 16, ("dispute",), (kind,))
    more = {"at": "2026-10-01T10:00:00.000000Z", "scope": film.scope_of(said)}
    disputed = ("dispute", said.id)
    body = film.body_of(said)
    film.state(said.kind, body, by="vendor", act=disputed, **more)  # type: ignore[arg-type]
    opened = tuple((one.id, "/body/party") for one in (film.delegation, vendor))
    verdict = verdict_on(film, Request(frames="none", disclose=opened))
    assert ("facts_disputed", kind) in still_open(verdict)


def test_an_erased_person_leaves_the_work_provable_and_is_counted() -> None:
    film, shot, painting = filmed()
    change = film.change(shot.asset, painting)
    party = {"type": "person", "party": {"#": "0" * 64}, "name": {"#": "1" * 64}}
    person = film.state("party.1", party, by="studio")
    named = {"before": [shot.asset.id], "after": [painting.id]}
    work = film.contribution(SHOT, change=change.id, **named)
    film.vault.erased.add(person.id)
    film.vault.erased_values |= {(work.id, "/body/party"), (work.id, "/body/note")}
    film.state("erasure.1", {"basis": "pipa-36", "count": 5, "holds": 0}, by="studio")
    verdict = verdict_on(film)
    assert still_open(verdict) == {("erased", "party.1")}
    assert verdict.records["party.1"].erased == 1
    assert verdict.records["contribution.1"].disclosed == 1
    with pytest.raises(ErasedEvidenceError):
        film.bundle(Request(disclose=((work.id, "/body/note"),)))
    assert b"a window" not in canonical.encode(verdict.to_json())
