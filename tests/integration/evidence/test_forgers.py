"""Whoever rebuilds a bundle and recomputes what is unsigned never gets a yes."""

import random
from collections.abc import Callable

import pytest

from ledger.encoding import canonical
from ledger.evidence import form
from ledger.evidence.archive import Part, emit_archive, read_archive
from ledger.evidence.bundle import Request
from ledger.evidence.steps.media import Readers
from ledger.evidence.trust import TrustFile
from ledger.evidence.verdict import Origin, Verdict
from ledger.evidence.verify import verify_bundle
from ledger.log.leaves import encode_leaves, read_leaves
from ledger.records.frames import FrameSet, MeasuredLeaf
from ledger.records.statement import Leaves
from tests.simulators.eyes import READERS
from tests.simulators.repacking import contents, repack, resign
from tests.simulators.small_studio import OTHER_SHOT, Shot, SmallStudio

Made = tuple[SmallStudio, Shot]
FLIPS = 1_000


def failing_step(verdict: Verdict) -> str:
    assert verdict.exit_code == 5
    return verdict.failures[0].step


# --- another studio under the same name -------------------------------------------


def test_a_forger_with_keys_of_his_own_contradicts_the_trust_file(
    trust: TrustFile,
) -> None:
    forger = SmallStudio(seed="forger")
    forger.shoot()
    raw = forger.bundle().to_bytes()
    verdict = verify_bundle(raw, trust, READERS)
    assert failing_step(verdict) == "origin"
    assert verdict.origin is Origin.CONTRADICTED
    # In itself his work is flawless: nothing but the trust file tells.
    assert verify_bundle(raw, None, READERS).exit_code == 3


def test_a_forger_under_another_name_stays_unknown(trust: TrustFile) -> None:
    forger = SmallStudio(seed="forger", origin="jangbu.invalid/0f0f0f0f0f0f0f0f")
    forger.shoot()
    verdict = verify_bundle(forger.bundle().to_bytes(), trust, READERS)
    assert (verdict.exit_code, verdict.origin) == (3, Origin.UNKNOWN)


@pytest.mark.parametrize(
    ("missing", "step"),
    [("log", "checkpoint"), ("studio", "statements"), ("pipeline", "statements")],
)
def test_a_forger_who_lacks_one_key_is_found_by_what_it_signs(
    missing: str, step: str, trust: TrustFile
) -> None:
    forger = SmallStudio()
    own = SmallStudio(seed="forger").keys[missing]
    studio = forger.keys["studio"]
    forger.keys[missing] = own
    forger.shoot()
    forger.keys["studio"] = studio
    verdict = verify_bundle(forger.bundle().to_bytes(), trust, READERS)
    assert failing_step(verdict) == step


def test_a_selection_re_signed_by_a_stranger_is_refused(
    raw: bytes, trust: TrustFile
) -> None:
    forger = SmallStudio(seed="forger").keys["studio"]
    packed = resign(raw, contents(raw), forger)
    assert failing_step(verify_bundle(packed, trust, READERS)) == "index"


def test_a_statement_left_out_by_a_stranger_is_found(
    raw: bytes, trust: TrustFile
) -> None:
    parts = contents(raw)
    rows = parts[form.STATEMENTS].splitlines(keepends=True)
    parts[form.STATEMENTS] = b"".join(rows[:-1])
    forger = SmallStudio(seed="forger").keys["studio"]
    packed = resign(raw, parts, forger)
    assert failing_step(verify_bundle(packed, trust, READERS)) == "index"


# --- single bytes -------------------------------------------------------------------


def test_each_of_a_thousand_single_changed_bytes_is_found(
    raw: bytes, trust: TrustFile
) -> None:
    dice = random.Random(20261122)  # noqa: S311  # the same positions every time
    for position in dice.sample(range(len(raw)), FLIPS):
        changed = bytearray(raw)
        changed[position] ^= dice.randrange(1, 256)
        assert verify_bundle(bytes(changed), trust, READERS).exit_code == 5


def test_a_changed_byte_with_a_fitting_checksum_is_found_by_the_index(
    raw: bytes, trust: TrustFile
) -> None:
    dice = random.Random(7)  # noqa: S311  # the same positions every time
    for name, content in contents(raw).items():
        for _ in range(5):
            packed = repack(raw, {name: flipped(content, dice)})
            step = failing_step(verify_bundle(packed, trust, Readers()))
            assert step == ("index" if name == form.INDEX else "parts")


def test_a_changed_byte_is_found_even_if_the_studio_signs_the_index_again(
    made: Made, raw: bytes, trust: TrustFile
) -> None:
    dice = random.Random(17)  # noqa: S311  # the same positions every time
    parts = contents(raw)
    for name in parts:
        for _ in range(5):
            changed = {**parts, name: flipped(parts[name], dice)}
            packed = resign(raw, changed, made[0].keys["studio"])
            verdict = verify_bundle(packed, trust, Readers())
            assert verdict.exit_code == 5, name


def flipped(content: bytes, dice: random.Random) -> bytes:
    changed = bytearray(content)
    changed[dice.randrange(len(content))] ^= dice.randrange(1, 256)
    return bytes(changed)


# --- swaps, gaps and old checkpoints ------------------------------------------------


def media_names(parts: dict[str, bytes]) -> list[str]:
    return [name for name in parts if name.startswith("media/")]


def test_two_swapped_frames_are_found(made: Made, raw: bytes, trust: TrustFile) -> None:
    parts = contents(raw)
    one, other, *_ = media_names(parts)
    swapped = {**parts, one: parts[other], other: parts[one]}
    packed = resign(raw, swapped, made[0].keys["studio"])
    verdict = verify_bundle(packed, trust, READERS)
    assert [failure.step for failure in verdict.failures] == ["files", "files"]
    assert verdict.exit_code == 5
    assert failing_step(verify_bundle(repack(raw, swapped), trust, READERS)) == "parts"


def test_parts_in_another_order_are_found(
    made: Made, raw: bytes, trust: TrustFile
) -> None:
    parts = contents(raw)
    *first, one, other = parts.items()
    packed = resign(raw, dict([*first, other, one]), made[0].keys["studio"])
    assert failing_step(verify_bundle(packed, trust, READERS)) == "names"
    unsigned = [*read_archive(raw)[:-2], Part(*other), Part(*one)]
    packed = b"".join(emit_archive(unsigned))
    assert failing_step(verify_bundle(packed, trust, READERS)) == "parts"


@pytest.mark.parametrize("kind", ["blobs/", "media/"])
def test_a_part_left_out_is_found(
    kind: str, made: Made, raw: bytes, trust: TrustFile
) -> None:
    parts = contents(raw)
    dropped = next(name for name in parts if name.startswith(kind))
    rest = {name: parts[name] for name in parts if name != dropped}
    packed = resign(raw, rest, made[0].keys["studio"])
    assert verify_bundle(packed, trust, READERS).exit_code == 5


def test_a_part_that_nothing_commits_to_is_found(
    made: Made, raw: bytes, trust: TrustFile
) -> None:
    more = {**contents(raw), "media/readme": b"Trust me."}
    packed = resign(raw, more, made[0].keys["studio"])
    assert failing_step(verify_bundle(packed, trust, READERS)) == "names"


def test_a_dropped_leaf_with_a_recomputed_root_is_found(
    made: Made, raw: bytes, trust: TrustFile
) -> None:
    studio, shot = made
    parts = contents(raw)
    stated = frame_set_of(studio, shot.sets[0].id).measured
    name = form.blob_name(stated.blob)
    leaves = read_leaves(MeasuredLeaf, parts.pop(name), stated)
    shorter = encode_leaves(leaves[:-1])
    parts[form.blob_name(shorter.stated.blob)] = shorter.raw
    parts[form.STATEMENTS] = restated(parts[form.STATEMENTS], stated, shorter.stated)
    packed = resign(raw, ordered(parts), studio.keys["studio"])
    assert failing_step(verify_bundle(packed, trust, READERS)) == "statements"


def frame_set_of(studio: SmallStudio, statement: str) -> FrameSet:
    value = canonical.parse(studio.vault.composed[statement].raw)
    assert isinstance(value, dict)
    return FrameSet.model_validate_json(canonical.encode(value["body"]))


def restated(rows: bytes, old: Leaves, new: Leaves) -> bytes:
    for member in ("root", "blob"):
        rows = rows.replace(
            getattr(old, member).encode(), getattr(new, member).encode()
        )
    counts = [f'"count":{one.count},"length":{one.length}' for one in (old, new)]
    return rows.replace(counts[0].encode(), counts[1].encode())


def ordered(parts: dict[str, bytes]) -> dict[str, bytes]:
    blobs = sorted(name for name in parts if name.startswith("blobs/"))
    names = [*form.FIXED, *blobs, *media_names(parts)]
    return {name: parts[name] for name in names}


def test_an_old_checkpoint_with_new_entries_is_found(trust: TrustFile) -> None:
    studio = SmallStudio()
    studio.shoot()
    old = studio.log.note
    studio.shoot(OTHER_SHOT)
    newer = studio.bundle().to_bytes()
    parts = {**contents(newer), form.CHECKPOINT: old}
    packed = resign(newer, parts, studio.keys["studio"])
    assert failing_step(verify_bundle(packed, trust, READERS)) == "checkpoint"


def test_a_new_checkpoint_with_old_entries_is_found(trust: TrustFile) -> None:
    studio = SmallStudio()
    studio.shoot()
    older = studio.bundle().to_bytes()
    studio.shoot(OTHER_SHOT)
    parts = {**contents(older), form.CHECKPOINT: studio.log.note}
    packed = resign(older, parts, studio.keys["studio"])
    assert failing_step(verify_bundle(packed, trust, READERS)) == "checkpoint"


@pytest.mark.parametrize(
    "change",
    [lambda rows: rows[:-1], lambda rows: [*rows[:-2], rows[-1], rows[-2]]],
    ids=["dropped", "swapped"],
)
def test_entries_that_were_dropped_or_swapped_are_found(
    change: Callable[[list[bytes]], list[bytes]],
    made: Made,
    raw: bytes,
    trust: TrustFile,
) -> None:
    parts = contents(raw)
    rows = change(parts[form.ENTRIES].splitlines(keepends=True))
    parts[form.ENTRIES] = b"".join(rows)
    packed = resign(raw, parts, made[0].keys["studio"], size=len(rows))
    assert verify_bundle(packed, trust, READERS).exit_code == 5


# --- what an insider may leave out ---------------------------------------------------


def test_a_withheld_statement_is_counted_and_never_a_yes(
    made: Made, trust: TrustFile
) -> None:
    studio, shot = made
    bundle = studio.bundle(Request(frames="none"))
    parts = contents(bundle.to_bytes())
    rows = form.parse_rows(form.StatementRow, parts[form.STATEMENTS])
    kept = [row for row in rows if row.statement["key"] != shot.generation.key]
    assert len(kept) == len(rows) - 1
    sheets = {row.sheet for row in kept}
    parts[form.STATEMENTS] = form.print_rows(kept)
    parts[form.SHEETS] = b"".join(
        studio.log.sheets[digest] + b"\n" for digest in sorted(sheets)
    )
    packed = resign(bundle.to_bytes(), parts, studio.keys["studio"])
    verdict = verify_bundle(packed, trust, READERS)
    assert (verdict.failures, verdict.exit_code) == ((), 3)
    assert [(one.reason, one.what) for one in verdict.open_points] == [
        ("withheld", "generation.1")
    ]


def test_statements_about_keys_cannot_be_withheld(
    made: Made, raw: bytes, trust: TrustFile
) -> None:
    parts = contents(raw)
    rows = form.parse_rows(form.StatementRow, parts[form.STATEMENTS])
    kept = [row for row in rows if row.index != 1]
    parts[form.STATEMENTS] = form.print_rows(kept)
    parts[form.SHEETS] = b"".join(
        made[0].log.sheets[digest] + b"\n"
        for digest in sorted({row.sheet for row in kept})
    )
    packed = resign(raw, parts, made[0].keys["studio"])
    assert failing_step(verify_bundle(packed, trust, READERS)) == "statements.form"


def test_an_index_cannot_call_erased_what_it_discloses(
    made: Made, raw: bytes, trust: TrustFile
) -> None:
    packed = resign(raw, contents(raw), made[0].keys["studio"], erased=(3,))
    assert failing_step(verify_bundle(packed, trust, READERS)) == "completeness"


def test_an_index_that_promises_more_frames_than_there_are_is_found(
    made: Made, trust: TrustFile
) -> None:
    raw = made[0].bundle(Request(frames="sample:3")).to_bytes()
    packed = resign(raw, contents(raw), made[0].keys["studio"], frames="all")
    assert failing_step(verify_bundle(packed, trust, READERS)) == "names"
