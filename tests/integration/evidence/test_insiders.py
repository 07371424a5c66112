"""Somebody with the studio's keys, who packs or states what does not fit together."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from ledger.cli.readers import FramePixels
from ledger.encoding import canonical
from ledger.encoding.digest import sha256_hex
from ledger.encoding.entry import Entry
from ledger.encoding.sheet import Sheet
from ledger.evidence import form
from ledger.evidence.archive import emit_archive, read_archive
from ledger.evidence.bundle import Request
from ledger.evidence.steps.media import Readers
from ledger.evidence.trust import TrustFile
from ledger.evidence.verdict import OpenPoint, Reason
from ledger.evidence.verify import verify_bundle
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.ports import CredentialReading
from tests.simulators.repacking import contents, resign
from tests.simulators.small_studio import SHOT, Shot, SmallStudio
from tests.simulators.stated_log import StatedLog

Made = tuple[SmallStudio, Shot]
Parts = dict[str, bytes]


def failing_step(raw: bytes, trust: TrustFile) -> str:
    verdict = verify_bundle(raw, trust, Readers())
    assert verdict.exit_code == 5
    return verdict.failures[0].step


# --- packed wrongly -----------------------------------------------------------------


def without_index(raw: bytes) -> bytes:
    return b"".join(emit_archive(read_archive(raw)[1:]))


def test_a_bundle_without_an_index_is_refused(raw: bytes, trust: TrustFile) -> None:
    assert failing_step(without_index(raw), trust) == "parts"
    assert failing_step(b"".join(emit_archive([])), trust) == "parts"


@pytest.mark.parametrize(
    "about",
    [
        {"shots": ("51" * 16, "50" * 16)},
        {"shots": (SHOT, SHOT)},
        {"erased": (4, 3)},
        {"frames": "some"},
    ],
)
def test_an_index_in_another_order_or_form_is_refused(
    about: Mapping[str, Any], made: Made, raw: bytes, trust: TrustFile
) -> None:
    packed = resign(raw, contents(raw), made[0].keys["studio"], **about)
    assert failing_step(packed, trust) == "parts"


def lines(
    parts: Parts, name: str, change: Callable[[list[bytes]], list[bytes]]
) -> Parts:
    rows = parts[name].splitlines(keepends=True)
    return {**parts, name: b"".join(change(rows))}


def row(parts: Parts, name: str, place: int, **members: object) -> Parts:
    def change(rows: list[bytes]) -> list[bytes]:
        value = canonical.parse(rows[place][:-1])
        assert isinstance(value, dict)
        value.update(members)  # type: ignore[arg-type]  # plain JSON
        return [*rows[:place], canonical.lines([value]), *rows[place + 1 :]]

    return lines(parts, name, change)


CHANGES: list[tuple[str, Callable[[Parts], Parts]]] = [
    ("parts", lambda parts: {key: parts[key] for key in parts if key != form.SHEETS}),
    ("entries", lambda parts: lines(parts, form.ENTRIES, lambda rows: rows[:-1])),
    ("entries", lambda parts: {**parts, form.ENTRIES: parts[form.ENTRIES][:-1]}),
    ("genesis", lambda parts: {**parts, form.STATEMENTS: b""}),
    ("genesis", lambda parts: lines(parts, form.STATEMENTS, lambda rows: rows[1:])),
    ("genesis", lambda parts: row(parts, form.STATEMENTS, 0, blind="0" * 64)),
    ("statements.form", lambda parts: row(parts, form.STATEMENTS, 5, index=4)),
    ("statements.form", lambda parts: row(parts, form.STATEMENTS, 13, index=14)),
    ("statements.form", lambda parts: row(parts, form.STATEMENTS, 5, sheet="0" * 64)),
    (
        "statements.form",
        lambda parts: lines(parts, form.STATEMENTS, lambda rows: rows[:-1]),
    ),
    ("statements", lambda parts: row(parts, form.STATEMENTS, 5, blind="0" * 64)),
    ("statements", lambda parts: row(parts, form.STATEMENTS, 5, by_blind="0" * 64)),
    ("sheets", lambda parts: lines(parts, form.SHEETS, lambda rows: rows[::-1])),
    ("openings", lambda parts: lines(parts, form.OPENINGS, lambda rows: rows[::-1])),
    ("openings", lambda parts: lines(parts, form.OPENINGS, lambda rows: rows * 2)),
    ("openings", lambda parts: row(parts, form.OPENINGS, 0, value="another prompt")),
    ("openings", lambda parts: row(parts, form.OPENINGS, 0, path="/body/model")),
    ("openings", lambda parts: row(parts, form.OPENINGS, 0, path="/body/inputs/7")),
    ("openings", lambda parts: row(parts, form.OPENINGS, 0, path="/body/inputs/x")),
    ("openings", lambda parts: row(parts, form.OPENINGS, 0, path="body/prompt")),
    ("openings", lambda parts: row(parts, form.OPENINGS, 0, path="")),
    ("openings", lambda parts: row(parts, form.OPENINGS, 1, index=99)),
]


@pytest.mark.parametrize(("step", "change"), CHANGES)
def test_parts_that_do_not_fit_together_are_found(
    step: str,
    change: Callable[[Parts], Parts],
    made: Made,
    raw: bytes,
    trust: TrustFile,
) -> None:
    packed = resign(raw, change(contents(raw)), made[0].keys["studio"])
    assert failing_step(packed, trust) == step


def test_a_checkpoint_of_other_entries_of_the_same_number_is_found(
    made: Made, raw: bytes, trust: TrustFile
) -> None:
    studio = made[0]
    other = Checkpoint(origin=studio.origin, size=studio.log.size(), root=b"\x01" * 32)
    note = sign_checkpoint(other, studio.keys["log"])
    packed = resign(
        raw, {**contents(raw), form.CHECKPOINT: note}, studio.keys["studio"]
    )
    assert failing_step(packed, trust) == "checkpoint"


def test_an_index_of_another_log_over_a_genesis_of_this_one_is_found(
    made: Made, raw: bytes, trust: TrustFile
) -> None:
    packed = resign(
        raw, contents(raw), made[0].keys["studio"], log="jangbu.invalid/" + "0" * 16
    )
    assert failing_step(packed, trust) == "genesis"


# --- stated wrongly -----------------------------------------------------------------


def stating(
    on_sheet: Callable[[Sheet], Sheet] | None = None,
    on_entry: Callable[[Entry], Entry] | None = None,
    by: str = "studio",
    **more: Any,  # noqa: ANN401  # members of a statement
) -> str:
    log = StatedLog()
    log.on_sheet = on_sheet or log.on_sheet
    log.on_entry = on_entry or log.on_entry
    body = {"name": {"#": "0" * 64}}
    log.state("element.1", body, by=by, scope={"element": "e0" * 16}, **more)
    return failing_step(log.bundle(Request()).to_bytes(), log.trust())


def test_a_sheet_that_does_not_list_the_statement_is_found() -> None:
    assert stating(lambda one: one.model_copy(update={"ids": ("0" * 64,)})) == (
        "statements"
    )


def test_a_sheet_for_another_log_is_found() -> None:
    other = "other.invalid/0123456789abcdef"
    assert stating(lambda one: one.model_copy(update={"log": other})) == "statements"


def test_an_entry_that_says_another_kind_is_found() -> None:
    def other(entry: Entry) -> Entry:
        return entry.model_copy(update={"kind": "party.1"})

    assert stating(on_entry=other) == "statements"


def test_an_entry_admitted_before_the_one_before_is_found() -> None:
    def earlier(entry: Entry) -> Entry:
        return entry.model_copy(update={"at": "2020-01-01T00:00:00.000000Z"})

    assert stating(on_entry=earlier) == "entries"


def test_an_entry_held_at_a_time_of_its_own_is_found() -> None:
    def held(entry: Entry) -> Entry:
        return entry.model_copy(update={"held": True})

    assert stating(on_entry=held) == "entries"


def test_a_reference_to_nothing_is_found() -> None:
    assert stating(prev=["0" * 64]) == "references"


def test_a_statement_made_for_another_log_is_found() -> None:
    log = StatedLog()
    other = StatedLog(origin="other.invalid/0123456789abcdef")
    log.admit(other.compose("asset.1", {"files": leaves_of(log)}))
    raw = log.bundle(Request()).to_bytes()
    assert failing_step(raw, log.trust()) == "statements"


def leaves_of(log: StatedLog) -> dict[str, object]:
    """Leaves that nobody looks at."""
    return {"root": "0" * 64, "count": 1, "length": 1, "blob": log.shelf.put(b"\n")}


def test_an_asset_whose_blob_is_not_as_stated_is_found() -> None:
    log = StatedLog()
    log.state("asset.1", {"files": leaves_of(log)}, by="pipeline")
    assert failing_step(log.bundle().to_bytes(), log.trust()) == "assets"


@pytest.mark.parametrize(
    "change",
    [
        lambda blob: blob + b"\0\0\0\0",
        lambda blob: b"\xff" * len(blob),
    ],
    ids=["another length", "other sums"],
)
def test_tile_tables_that_do_not_fit_the_leaves_are_found(
    change: Callable[[bytes], bytes],
) -> None:
    studio = SmallStudio()
    shot = studio.shoot()
    body = studio.body_of(shot.sets[0])
    tiles = change(studio.shelf.read(body["tiles"]["blob"]))
    body["tiles"] = {"length": len(tiles), "blob": studio.shelf.put(tiles)}
    scope = studio.scope_of(shot.sets[0])
    studio.state("frame.set.1", body, by="pipeline", scope=scope)
    raw = studio.bundle(Request()).to_bytes()
    assert failing_step(raw, studio.trust()) == "frame_sets"


@pytest.mark.parametrize(
    ("member", "value"),
    [("shot", "52" * 16), ("rate", "25/1"), ("start", 1021)],
)
@pytest.mark.parametrize("kind", ["frame.set.1", "version.1"])
def test_frames_of_another_place_than_their_run_or_version_are_found(
    kind: str, member: str, value: object
) -> None:
    studio = SmallStudio()
    shot = studio.shoot()
    known = {"frame.set.1": shot.run, "version.1": shot.version}[kind]
    scope = studio.scope_of(known)
    if member == "shot":
        scope = {**scope, "shot": value}
    else:
        scope = {**scope, "range": {**scope["range"], member: value}}
    body = studio.body_of(known)
    if kind == "version.1":
        studio.state("version.1", body, by="pipeline", scope=scope)
    else:
        run = studio.state("run.1", body, by="pipeline", scope=scope)
        part = studio.scope_of(shot.sets[0])
        frames = {**studio.body_of(shot.sets[0]), "run": run.id}
        studio.state("frame.set.1", frames, by="pipeline", scope=part)
    verdict = verify_bundle(
        studio.bundle(Request()).to_bytes(), studio.trust(), Readers()
    )
    # A version of fewer frames than its frame sets have is an honest one.
    shorter = (kind, member) == ("version.1", "start")
    assert verdict.exit_code == (3 if shorter else 5)


def test_a_version_of_another_view_is_found() -> None:
    studio = SmallStudio()
    shot = studio.shoot()
    body = {**studio.body_of(shot.version), "view": "left"}
    scope = studio.scope_of(shot.version)
    studio.state("version.1", body, by="pipeline", scope=scope)
    raw = studio.bundle(Request()).to_bytes()
    assert failing_step(raw, studio.trust()) == "versions"


def test_a_disputed_version_stays_open() -> None:
    studio = SmallStudio()
    shot = studio.shoot()
    for target in (shot.version, shot.sets[0]):
        scope = studio.scope_of(target)
        studio.state(
            target.kind,
            studio.body_of(target),
            by="studio",
            scope=scope,
            act=("dispute", target.id),
        )
    raw = studio.bundle(Request()).to_bytes()
    verdict = verify_bundle(raw, studio.trust(), Readers())
    assert verdict.exit_code == 3
    points = {(one.reason, one.what) for one in verdict.open_points}
    assert points >= {
        (Reason.DISPUTED, "version"),
        (Reason.DISPUTED, "frame.set"),
        (Reason.WEAK, "rights.unchecked"),
    }


# --- credentials --------------------------------------------------------------------


class FixedCredentials:
    """Answers as c2pa would to files that are hard to make."""

    def __init__(self, reading: CredentialReading) -> None:
        self.reading = reading

    def read(
        self, content: bytes, roots_pem: Sequence[str], sidecar: bytes | None = None
    ) -> CredentialReading:
        return self.reading


@pytest.mark.parametrize(
    ("state", "codes", "code"),
    [
        ("invalid", ("signingCredential.expired",), 3),
        ("invalid", ("assertion.dataHash.mismatch",), 5),
        ("invalid", (), 5),
        ("absent", (), 5),
        ("trusted", (), 5),
    ],
    ids=["expired", "altered", "unexplained", "absent", "names nothing"],
)
def test_a_credential_counts_only_as_far_as_it_goes(
    state: str,
    codes: tuple[str, ...],
    code: int,
) -> None:
    studio = SmallStudio()
    manifest = sha256_hex(b"a manifest")
    studio.lies.sealed = lambda leaf: leaf.model_copy(update={"manifest": manifest})
    studio.shoot()
    raw = studio.bundle(Request(frames="sample:1")).to_bytes()
    reading = CredentialReading(state, frame=None, manifest=manifest, codes=codes)
    eye = FixedCredentials(reading)
    readers = Readers(pixels=FramePixels(), credentials=eye)
    verdict = verify_bundle(raw, studio.trust(), readers)
    assert verdict.exit_code == code
    if code == 3:
        assert verdict.open_points == (
            OpenPoint(Reason.WEAK, "credentials.expired", 1),
        )


def test_a_part_named_as_another_type_is_found(
    made: Made, raw: bytes, trust: TrustFile
) -> None:
    renamed = {
        name.replace(".png", ".jpg"): content for name, content in contents(raw).items()
    }
    packed = resign(raw, renamed, made[0].keys["studio"])
    assert failing_step(packed, trust) == "files"
