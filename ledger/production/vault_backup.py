"""Backups of the vault and of its keys, apart; and keys brought back without the dead.

A vault's backup holds no key, so what was erased since stays erased when it is put
back. A backup of keys does hold the keys of people, wrapped; so it is kept for a short
time, and before anything comes back from it three witnesses are asked whether somebody
was erased meanwhile:

1. the keys folder's own list of destroyed keys,
2. the vault, which knows digests of whom it erased,
3. the log: an `erasure` names nobody, but its key is derived from the person's uid, so
   whoever has the studio's key can ask of each uid whether one is about it. This also
   holds if vault and keys were both put back to the day before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ledger.encoding.statement import KeyRef, check
from ledger.errors import ProductionError, StoreUnavailableError
from ledger.files import os_error
from ledger.keys.backup import (
    BackedUp,
    Restored,
    Retention,
    back_up_keys,
    make_target,
    reference_of,
    refuse_mixed,
    restore_keys,
)
from ledger.production.erasing import erasure_key
from ledger.production.holding import holds_in_force, scoped_ids
from ledger.production.layout import Layout
from ledger.production.opening import Production, opened
from ledger.records.authority import Erasure
from ledger.records.identity import as_uid
from ledger.records.statement import family
from ledger.vault.copying import copy_vault

_STAMP: Final = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class _Erasures:
    """Whom the vault and the log know to be erased, and which holds are in force."""

    production: Production
    bodies: tuple[tuple[str, tuple[str, int, int]], ...]
    in_force: frozenset[str]

    def covers(self, reference: KeyRef) -> bool:
        """Whether the key of a reference was destroyed on purpose."""
        _, person, *rest = reference.split("/")
        if rest[:1] == ["held"]:
            return rest[1] not in self.in_force
        retained = rest == ["retained"]
        if self.production.vault.was_erased(as_uid(person), retained=retained):
            return True
        return any(
            key == erasure_key(self.production, person, body, retained=retained)
            for key, body in self.bodies
        )


def back_up_vault(root: Path, target: Path) -> Path:
    """Back up the vault; the file that was made.

    Args:
        root: the production folder; nothing of it has to be opened, and no key.
        target: a folder for backups, not inside the production.

    Raises:
        UsageError: the folder holds backups of keys.
        StoreError, UnreadableInputError: there is no backup.
    """
    layout = Layout(root)
    _refuse_inside(root, target)
    refuse_mixed(target, "keys-*", "a backup of keys")
    if not layout.vault.is_file():
        raise StoreUnavailableError(
            "a vault in the production folder",
            met="no such file",
            advice="Name the folder that jangbu init made.",
            where=str(layout.vault),
        )
    made = target / f"vault-{datetime.now(UTC).strftime(_STAMP)}.sqlite"
    copy_vault(layout.vault, made)
    return made


def back_up_production_keys(root: Path, target: Path, retention: Retention) -> BackedUp:
    """Back up the keys of a production; errors as for `back_up_keys`."""
    _refuse_inside(root, target)
    make_target(target)
    with opened(root) as production:
        erasures = _erasures(production)
        return back_up_keys(
            production.layout.keys,
            target,
            retention,
            datetime.now(UTC),
            erasures.covers,
        )


def restore_production_keys(root: Path, backup: Path) -> Restored:
    """Bring missing keys back; the keys of people last, and of nobody who was erased.

    Raises:
        MissingKeyError, MasterKeyError: the other keys are not enough to open the
            production, so nobody can tell who was erased; none of people's came back.
    """
    layout = Layout(root)
    if not layout.registry.is_file():
        raise ProductionError(
            "a production folder with production.toml",
            met="no such file",
            advice="Restore the rest of the folder first.",
            where=str(root),
        )
    try:
        first = restore_keys(layout.keys, backup, _is_nobodys, _nobody)
        with opened(root) as production:
            erasures = _erasures(production)
            second = restore_keys(layout.keys, backup, _is_somebodys, erasures.covers)
    except OSError as error:
        raise os_error(error, layout.keys) from error
    return Restored(count=first.count + second.count, refused=second.refused)


def _is_nobodys(name: str) -> bool:
    return reference_of(name) is None


def _is_somebodys(name: str) -> bool:
    return reference_of(name) is not None


def _nobody(_reference: KeyRef) -> bool:
    return False


def _erasures(production: Production) -> _Erasures:
    in_force = scoped_ids(holds_in_force(production))
    return _Erasures(production, tuple(_stated(production)), in_force)


def _stated(production: Production) -> Iterator[tuple[str, tuple[str, int, int]]]:
    reader = production.reader()
    for one in reader.statements(0, reader.size()):
        if family(one.kind) != "erasure":
            continue
        said = check(one.raw)
        if isinstance(said.body, Erasure):
            body = said.body
            yield said.statement.key, (body.basis, body.count, body.holds)


def _refuse_inside(root: Path, target: Path) -> None:
    if target.absolute().resolve().is_relative_to(root.absolute().resolve()):
        raise ProductionError(
            "a folder outside of the production",
            met="one inside of it",
            advice="Give a folder on another disk, best on another machine.",
            where=str(target),
        )
