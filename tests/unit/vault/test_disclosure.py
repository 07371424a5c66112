"""A disclosure shows one value of one statement, and nothing in it can be exchanged."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.models import parse_model
from ledger.encoding.sheet import Sheet, parse_envelope
from ledger.encoding.statement import Composed
from ledger.errors import (
    AlteredEvidenceError,
    CheckpointError,
    ErasedEvidenceError,
    ForeignLogError,
    InclusionError,
    JangbuError,
    LogError,
    MalformedRecordError,
    MissingEvidenceError,
    SheetSignatureError,
)
from ledger.log.note import Verifier
from ledger.ports import LogReader, OpeningReader
from ledger.vault.disclosure import check_disclosure, commitment_at, disclose

NAME = "/body/name"


@pytest.fixture(scope="module")
def disclosures(
    memory_log: LogReader, memory_vault: OpeningReader
) -> list[dict[str, Any]]:
    """One for each statement of the log, as JSON."""
    every = [
        canonical.parse(disclose(memory_log, memory_vault, index, NAME))
        for index in range(memory_log.size())
    ]
    return [one for one in every if isinstance(one, dict)]


def test_what_was_disclosed_is_shown(
    disclosures: list[dict[str, Any]],
    composed: list[Composed],
    log_key: Verifier,
    signers: dict[str, bytes],
) -> None:
    for index, disclosure in enumerate(disclosures):
        shown = check_disclosure(canonical.encode(disclosure), log_key, signers)
        assert shown.opening == composed[index].values[0].opening
        assert shown.opening.value == f"괴물 {index}"
        assert (shown.index, shown.entry.id) == (index, composed[index].id)
        assert shown.checkpoint.size == len(composed)
        assert shown.sheet.key_id in signers


def test_its_members_are_fixed(disclosures: list[dict[str, Any]]) -> None:
    assert sorted(disclosures[0]) == [
        "blind", "by_blind", "checkpoint", "entry", "index", "opening", "proof",
        "sheet", "statement", "v",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("member", "error"),
    [
        ("opening", AlteredEvidenceError),
        ("statement", AlteredEvidenceError),
        ("blind", AlteredEvidenceError),
        ("by_blind", AlteredEvidenceError),
        ("sheet", AlteredEvidenceError),
        ("entry", InclusionError),
        ("index", InclusionError),
        ("proof", InclusionError),
    ],
)
def test_no_member_can_come_from_another_records_disclosure(
    disclosures: list[dict[str, Any]],
    log_key: Verifier,
    signers: dict[str, bytes],
    member: str,
    error: type[JangbuError],
) -> None:
    mixed = {**disclosures[2], member: disclosures[5][member]}
    with pytest.raises(error):
        check_disclosure(canonical.encode(mixed), log_key, signers)


def test_an_opening_does_not_open_another_field(
    disclosures: list[dict[str, Any]], log_key: Verifier, signers: dict[str, bytes]
) -> None:
    for path in (
        "/by",
        "",
        "/body",
        "/body/other",
        "body/name",
        "/prev",
        "/prev/0",
        "/prev/x",
        "/key",
        "/key/0",
        "/body/name/#",
    ):
        moved = deepcopy(disclosures[0])
        moved["opening"]["path"] = path
        with pytest.raises((MissingEvidenceError, AlteredEvidenceError)):
            check_disclosure(canonical.encode(moved), log_key, signers)


def test_a_field_is_found_by_its_json_pointer() -> None:
    field: JsonValue = {"#": "ab" * 32}
    raw = canonical.encode({"body": {"a/b~": [1, field]}})
    assert commitment_at(raw, "/body/a~1b~0/1") == "ab" * 32
    for path in ("/body/a~1b~0/0", "/body/a~1b~0/2", "/body/a~1b~0/01"):
        with pytest.raises(MissingEvidenceError):
            commitment_at(raw, path)


def leaves_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401
    """Where every text and number of a JSON value stands."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves_of(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves_of(item, (*path, index))
    else:
        yield path


def changes(value: str | int) -> list[str | int]:
    """Other values of every type for a text or a number."""
    if isinstance(value, int):
        return [value + 1, -1, True, str(value)]
    middle = len(value) // 2
    other = "0" if value[middle : middle + 1] != "0" else "1"
    return [value[:middle] + other + value[middle + 1 :], value + "0", "", "é", 7]


def test_no_single_change_anywhere_is_accepted(
    disclosures: list[dict[str, Any]], log_key: Verifier, signers: dict[str, bytes]
) -> None:
    tried = 0
    for path in leaves_of(disclosures[3]):
        *parents, last = path
        original: Any = disclosures[3]
        for step in path:
            original = original[step]
        for other in changes(original):
            changed = deepcopy(disclosures[3])
            at: Any = changed
            for step in parents:
                at = at[step]
            at[last] = other
            if changed == disclosures[3] and type(other) is type(original):
                continue
            with pytest.raises(JangbuError):
                check_disclosure(canonical.encode(changed), log_key, signers)
            tried += 1
    assert tried > 100


def test_members_are_neither_missing_nor_more(
    disclosures: list[dict[str, Any]], log_key: Verifier, signers: dict[str, bytes]
) -> None:
    for name in disclosures[0]:
        fewer = {key: value for key, value in disclosures[0].items() if key != name}
        with pytest.raises(MalformedRecordError):
            check_disclosure(canonical.encode(fewer), log_key, signers)
    more = {**disclosures[0], "note": "trust me"}
    with pytest.raises(MalformedRecordError):
        check_disclosure(canonical.encode(more), log_key, signers)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff", b'{"v":1}', b'{"v": 1}'])
def test_other_bytes_are_malformed(
    raw: bytes, log_key: Verifier, signers: dict[str, bytes]
) -> None:
    with pytest.raises(MalformedRecordError):
        check_disclosure(raw, log_key, signers)


def test_it_must_be_the_log_and_the_signer_that_the_reader_knows(
    disclosures: list[dict[str, Any]], log_key: Verifier, signers: dict[str, bytes]
) -> None:
    raw = canonical.encode(disclosures[0])
    other_log = Verifier(name=log_key.name, public_key=next(iter(signers.values())))
    with pytest.raises(CheckpointError):
        check_disclosure(raw, other_log, signers)
    renamed = Verifier(
        name="other.invalid/0123456789abcdef", public_key=log_key.public_key
    )
    with pytest.raises(LogError):
        check_disclosure(raw, renamed, signers)
    with pytest.raises(SheetSignatureError):
        check_disclosure(raw, log_key, {})
    posing = dict.fromkeys(signers, log_key.public_key)
    with pytest.raises(SheetSignatureError):
        check_disclosure(raw, log_key, posing)


def test_a_sheet_signed_later_is_not_the_one_that_the_entry_commits_to(
    disclosures: list[dict[str, Any]],
    log_key: Verifier,
    signers: dict[str, bytes],
    resign: Callable[[Sheet], bytes],
) -> None:
    raw = canonical.encode(disclosures[0]["sheet"])
    sheet = parse_model(Sheet, parse_envelope(raw).payload)
    other = resign(sheet.model_copy(update={"org": "0e" * 16}))
    changed = {**disclosures[0], "sheet": canonical.parse(other)}
    with pytest.raises(AlteredEvidenceError):
        check_disclosure(canonical.encode(changed), log_key, signers)


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("a sheet for another log", ForeignLogError),
        ("a sheet that lists another statement", SheetSignatureError),
    ],
)
def test_what_a_careless_log_admitted_is_refused(
    careless_logs: dict[str, LogReader],
    memory_vault: OpeningReader,
    log_key: Verifier,
    signers: dict[str, bytes],
    what: str,
    error: type[JangbuError],
) -> None:
    raw = disclose(careless_logs[what], memory_vault, 0, NAME)
    with pytest.raises(error):
        check_disclosure(raw, log_key, signers)


def test_what_was_erased_or_never_there_cannot_be_disclosed(
    memory_log: LogReader, memory_vault: OpeningReader, erased_vault: OpeningReader
) -> None:
    with pytest.raises(ErasedEvidenceError):
        disclose(memory_log, erased_vault, 0, NAME)
    for index, path in ((0, "/body/seed"), (0, "/key"), (7, NAME), (-1, NAME)):
        with pytest.raises(MissingEvidenceError):
            disclose(memory_log, memory_vault, index, path)
