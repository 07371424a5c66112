"""Whoever can write into the vault cannot pass a forgery off as an erasure."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from ledger.cli import fsck as command
from ledger.cli.main import app
from ledger.encoding import canonical
from ledger.encoding.statement import Composed, Secret
from ledger.evidence.fsck.check import fsck
from ledger.evidence.fsck.report import Report
from ledger.records.identity import Uid, as_uid
from ledger.vault.erasure import default_key
from tests.simulators.forging import statement_at
from tests.simulators.ledger_studio import GROWN, PERSON, LedgerStudio

OTHER = as_uid("0e" * 16)
UNEXPLAINED, UNDONE = "erasure.unexplained", "erasure.undone"


def party(studio: LedgerStudio, uid: Uid, name: str = "김하늘") -> Composed:
    """The statement of a person, as `ledger.production` composes it: three values."""
    one = studio.compose(
        "party.1",
        {"type": "person", "party": Secret(uid), "name": Secret(name)},
        key=uid[:30] + f"{len(name):02x}",
        blinded_by=default_key(uid),
    )
    studio.state(one)
    return one


def erase(studio: LedgerStudio, uid: Uid, basis: str = "pipa-36") -> int:
    """Erase a person and state it; the count."""
    report = studio.vault.erase_person(uid, studio.destroyed.add)
    state_erasure(studio, report.count, basis, uid)
    return report.count


def state_erasure(studio: LedgerStudio, count: int, basis: str, uid: str) -> None:
    body = {"basis": basis, "count": count, "holds": 0}
    key = f"{count:02x}" + basis.encode().hex()[-4:] + uid[:26]
    studio.state(studio.compose("erasure.1", body, key=key))


def look(studio: LedgerStudio) -> Report:
    """What fsck says, as the command asks it."""
    return fsck(replace(studio.holdings(), graves=studio.vault.graves))


def found(studio: LedgerStudio) -> set[tuple[str, int | None]]:
    return {(one.code.value, one.index) for one in look(studio).findings}


@contextmanager
def in_vault(studio: LedgerStudio) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(studio.root / "vault.sqlite")) as connection:
        yield connection
        connection.commit()


def bury(studio: LedgerStudio, statement: str, path: str = "") -> None:
    """Forge a tombstone."""
    with in_vault(studio) as vault:
        spot = (statement, path)
        vault.execute("DELETE FROM value WHERE statement = ? AND path = ?", spot)
        vault.execute("INSERT INTO tombstone VALUES (?, ?)", spot)


def redirect(studio: LedgerStudio, statement: str, path: str = "") -> None:
    """Name the key of a person who never was."""
    studio.destroyed.add(default_key(OTHER))
    with in_vault(studio) as vault:
        vault.execute(
            "UPDATE value SET key_ref = ? WHERE statement = ? AND path = ?",
            (default_key(OTHER), statement, path),
        )


def forge_body(studio: LedgerStudio, index: int) -> str:
    """Change a statement outside its projection; its id."""
    with studio.foreign() as connection:
        said = json.loads(statement_at(connection, index))
        said["body"]["name"]["#"] = "00" * 32
        connection.execute(
            "UPDATE statement SET body = ? WHERE idx = ?",
            (canonical.encode(said), index),
        )
        query = "SELECT id FROM statement WHERE idx = ?"
        return str(connection.execute(query, (index,)).fetchone()[0])


Forging = Callable[[LedgerStudio, str], None]
FORGINGS = pytest.mark.parametrize("forge", [bury, redirect])


# --- forged erasures -------------------------------------------------------------


@FORGINGS
def test_a_changed_statement_is_found_though_its_blinds_look_erased(
    grown: LedgerStudio, forge: Forging
) -> None:
    forge(grown, forge_body(grown, 6))
    assert (UNEXPLAINED, 6) in found(grown)


@FORGINGS
def test_a_real_erasure_excuses_nothing_under_the_studios_key(
    grown: LedgerStudio, forge: Forging
) -> None:
    party(grown, PERSON)
    assert erase(grown, PERSON) == 3
    forge(grown, forge_body(grown, 6))
    assert (UNEXPLAINED, 6) in found(grown)


@FORGINGS
def test_no_statement_of_the_studio_can_be_erased(
    grown: LedgerStudio, forge: Forging
) -> None:
    reader = grown.port.reader()
    for one in reader.statements(0, GROWN):
        forge(grown, one.id)
    report = look(grown)
    assert {(one.code.value, one.index) for one in report.findings} == {
        (UNEXPLAINED, index) for index in range(GROWN)
    }


def test_an_erasures_own_blinds_cannot_be_erased(ledger_studio: LedgerStudio) -> None:
    party(ledger_studio, PERSON)
    erase(ledger_studio, PERSON)
    last = ledger_studio.rows()["entry"] - 1
    (erasure,) = ledger_studio.port.reader().statements(last, last + 1)
    bury(ledger_studio, erasure.id)
    # It does not open, so it accounts for nothing either.
    assert found(ledger_studio) == {(UNEXPLAINED, last), (UNEXPLAINED, None)}


def test_a_private_value_of_the_studio_cannot_be_erased(grown: LedgerStudio) -> None:
    (element,) = grown.port.reader().statements(6, 7)
    bury(grown, element.id, "/body/name")
    assert found(grown) == {(UNEXPLAINED, 6)}


def test_an_organisation_cannot_be_erased(ledger_studio: LedgerStudio) -> None:
    body = {"type": "organisation", "party": Secret(OTHER), "name": Secret("주식회사")}
    one = ledger_studio.compose("party.1", body, key=OTHER)
    ledger_studio.state(one)
    bury(ledger_studio, one.id)
    assert found(ledger_studio) == {(UNEXPLAINED, 5)}


def test_more_persons_than_the_log_says_cannot_be_erased(
    ledger_studio: LedgerStudio,
) -> None:
    party(ledger_studio, PERSON)
    other = party(ledger_studio, OTHER)
    assert erase(ledger_studio, PERSON) == 3
    assert look(ledger_studio).ok
    bury(ledger_studio, other.id)
    assert found(ledger_studio) == {(UNEXPLAINED, None)}


def test_an_erasure_that_was_not_stated_yet_is_named(
    ledger_studio: LedgerStudio,
) -> None:
    party(ledger_studio, PERSON)
    ledger_studio.vault.erase_person(PERSON, ledger_studio.destroyed.add)
    (finding,) = look(ledger_studio).findings
    assert finding.code.value == UNEXPLAINED
    assert "run jangbu erase again" in finding.message


# --- real erasures ---------------------------------------------------------------


def test_real_erasures_are_no_damage_and_are_noted(ledger_studio: LedgerStudio) -> None:
    party(ledger_studio, PERSON)
    party(ledger_studio, PERSON, "김바다별")
    party(ledger_studio, OTHER)
    assert erase(ledger_studio, PERSON) == 6
    assert erase(ledger_studio, OTHER) == 3
    report = look(ledger_studio)
    assert (report.ok, report.erased) == (True, 3)
    assert "3 erased statements cannot be checked" in report.notes


def test_an_erasure_on_two_bases_is_no_damage(ledger_studio: LedgerStudio) -> None:
    party(ledger_studio, PERSON)
    erase(ledger_studio, PERSON)
    erase(ledger_studio, PERSON, "pipa-37")
    assert look(ledger_studio).ok


def test_an_erasure_of_what_was_never_admitted_is_no_damage(
    ledger_studio: LedgerStudio,
) -> None:
    body = {"type": "person", "party": Secret(PERSON), "name": Secret("김하늘")}
    more = {"key": "0d" * 16, "blinded_by": default_key(PERSON)}
    ledger_studio.compose("party.1", body, **more)  # type: ignore[arg-type]
    assert erase(ledger_studio, PERSON) == 3
    assert look(ledger_studio).ok


def test_a_vault_of_before_without_the_keys_is_still_erased(
    ledger_studio: LedgerStudio,
) -> None:
    vault = ledger_studio.root / "vault.sqlite"
    party(ledger_studio, PERSON)
    shutil.copy(vault, ledger_studio.root / "before")
    erase(ledger_studio, PERSON)
    with in_vault(ledger_studio) as now, in_vault_copy(ledger_studio) as before:
        put_back(before, now)
    assert look(ledger_studio).ok


def test_a_vault_of_before_with_its_keys_is_named(ledger_studio: LedgerStudio) -> None:
    party(ledger_studio, PERSON)
    party(ledger_studio, OTHER)
    shutil.copy(ledger_studio.root / "vault.sqlite", ledger_studio.root / "before")
    erase(ledger_studio, PERSON)
    with in_vault(ledger_studio) as now, in_vault_copy(ledger_studio) as before:
        put_back(before, now)
    ledger_studio.destroyed.clear()
    assert found(ledger_studio) == {(UNDONE, None)}
    # The second person's erasure says the same, and stands for other values.
    erase(ledger_studio, OTHER)
    assert found(ledger_studio) == {(UNDONE, None)}


@contextmanager
def in_vault_copy(studio: LedgerStudio) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(studio.root / "before")) as connection:
        yield connection


def put_back(before: sqlite3.Connection, now: sqlite3.Connection) -> None:
    """The rows of an older vault; those of statements that came later stay."""
    now.execute("DELETE FROM tombstone")
    now.execute("DELETE FROM erasure")
    rows = before.execute("SELECT * FROM value").fetchall()
    now.executemany("INSERT OR REPLACE INTO value VALUES (?, ?, ?, ?, ?)", rows)


# --- the command -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("erased", "said"),
    [
        (0, "as logged"),
        (2, "as logged, except 2 erased statements that cannot be checked"),
    ],
)
def test_the_command_does_not_say_as_logged_of_what_nobody_can_check(
    ledger_studio: LedgerStudio,
    monkeypatch: pytest.MonkeyPatch,
    erased: int,
    said: str,
) -> None:
    for uid in (PERSON, OTHER)[:erased]:
        party(ledger_studio, uid)
        erase(ledger_studio, uid)
    report = look(ledger_studio)
    monkeypatch.setattr(command, "_check", lambda *_: report)
    result = CliRunner().invoke(app, ["fsck", str(ledger_studio.root)])
    assert result.exit_code == 0
    assert " ".join(result.stderr.split()).endswith(said)
