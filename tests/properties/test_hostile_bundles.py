"""Whatever stands in a bundle, the verifier answers; it never stumbles.

The index is signed again by the studio each time, so that the hostile content reaches
the steps behind it.
"""

import functools
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.encoding import canonical
from ledger.encoding.statement import read
from ledger.errors import JangbuError, MalformedRecordError
from ledger.evidence import form
from ledger.evidence.archive import looks_like_zip, read_archive
from ledger.evidence.bundle import Request
from ledger.evidence.steps.media import Readers
from ledger.evidence.trust import parse_trust
from ledger.evidence.verify import verify_bundle
from ledger.log.tree import leaf_hash, root_of
from tests.simulators.repacking import contents, resign
from tests.simulators.small_studio import SHOT, Shot, SmallStudio
from tests.simulators.worked_film import SPAN, WorkedFilm, seen

ROWS = (form.ENTRIES, form.STATEMENTS, form.SHEETS, form.OPENINGS)
ODD: tuple[Any, ...] = (
    "",
    "0" * 64,
    "/body/0/~2",
    -1,
    0,
    1,
    2**53 - 1,
    True,
    [],
    {},
    {"#": "0" * 64},
    [[]],
)


LEAVES = {
    "asset.1": "files",
    "frame.set.1": "measured",
    "change.1": "frames",
    "cut.1": "resolved",
    "opinion.1": "seen",
}


@functools.cache
def studio_and_bundle() -> tuple[SmallStudio, bytes]:
    film, made = worked_film()
    opened = ((made.generation.id, "/body/prompt"),)
    return film, film.bundle(Request(disclose=opened)).to_bytes()


@functools.cache
def worked_film() -> tuple[WorkedFilm, Shot]:
    """A film with a statement of every kind whose leaves a bundle holds."""
    film = WorkedFilm()
    shot, painting = film.shoot(span=SPAN), film.painting()
    change = film.change(shot.asset, painting)
    named: dict[str, Any] = {"before": [shot.asset.id], "after": [painting.id]}
    work = film.contribution(SHOT, change=change.id, **named)
    film.engagement()
    film.opinion(seen(film.pixels(shot)), shot=SHOT, confirms=[work.id])
    film.cut([[], [(SHOT, 1020)], [(SHOT, 1021)]], [shot.version])
    return film, shot


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_row_with_an_odd_member_is_never_a_yes_and_never_a_stumble(
    data: st.DataObject,
) -> None:
    studio, raw = studio_and_bundle()
    parts = contents(raw)
    names = [*ROWS, *(name for name in parts if name.startswith("blobs/"))]
    name = data.draw(st.sampled_from(names))
    try:
        rows = canonical.parse_lines(parts[name])
    except MalformedRecordError:
        return  # a blob of tile tables
    place = data.draw(st.integers(0, len(rows) - 1))
    before = canonical.encode(rows[place])
    distort(rows[place], data)
    if canonical.encode(rows[place]) == before:
        return
    parts[name] = canonical.lines(rows)
    packed = resign(raw, parts, studio.keys["studio"])
    assert verify_bundle(packed, studio.trust(), Readers()).exit_code == 5


def distort(value: Any, data: st.DataObject) -> None:  # noqa: ANN401
    """Put an odd value in the place of some member, however deep."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = data.draw(st.sampled_from(keys))
    if isinstance(value[key], dict | list) and value[key] and data.draw(st.booleans()):
        distort(value[key], data)
    else:
        value[key] = data.draw(st.sampled_from(ODD))


@settings(max_examples=100, deadline=None)
@given(st.data(), st.sampled_from(sorted(LEAVES)))
def test_leaves_with_an_odd_member_that_are_truly_stated_are_never_a_stumble(
    data: st.DataObject, kind: str
) -> None:
    film, _ = worked_film()
    said = next(one for one in film.log.stored if one.kind == kind)
    read_said = read(said.raw)
    stated = read_said.body[LEAVES[kind]]
    rows = canonical.parse_lines(film.shelf.read(stated["blob"]))
    place = data.draw(st.integers(0, len(rows) - 1))
    distort(rows[place], data)
    raws = [canonical.encode(row) for row in rows]
    raw = b"".join(one + b"\n" for one in raws)
    root = root_of([leaf_hash(one) for one in raws]).hex()
    other = {**stated, "root": root, "length": len(raw), "blob": film.shelf.put(raw)}
    body = {**read_said.body, LEAVES[kind]: other}
    more: dict[str, Any] = {"scope": read_said.scope.model_dump(exclude_none=True)}
    if read_said.at is not None:
        more["at"] = read_said.at
    composed = film.compose(kind, body, **more)
    film.admit(composed, by="studio")
    try:
        verdict = verify_bundle(film.bundle().to_bytes(), film.trust(), Readers())
    finally:
        film.log.stored.pop()
        film.log.raw_entries.pop()
        film.sign()
    assert verdict.exit_code in {0, 3, 5}


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_words_of_our_own(raw: bytes) -> None:
    for started in (raw, b"PK\x03\x04" + raw, raw + b"PK\x05\x06" + raw[:18]):
        expected = 5 if looks_like_zip(started) else 4
        assert exit_code(functools.partial(read_archive, started)) in {0, expected}
        assert exit_code(functools.partial(parse_trust, started)) == 4


def exit_code(attempt: Callable[[], object]) -> int:
    try:
        attempt()
    except JangbuError as error:
        return error.exit_code
    return 0
