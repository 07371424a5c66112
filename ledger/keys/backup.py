"""Backups of a keys folder: wrapped keys only, few of them, and not for long.

    DIR/keys-20261122T083000Z/
      sign/*.pem  blind/*  c2pa/*

Never in them: a master key, the recovery key (which is kept offline), and the key of
the index of names (which can be made again). So a backup opens nothing by itself, and
is still removed after a while: it holds the keys of people who may be erased tomorrow.
"""

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from ledger.encoding.statement import KeyRef
from ledger.errors import KeyStoreError, UsageError
from ledger.files import make_private_folder, os_error, sync_folder, write_private
from ledger.keys.destroyed import destroyed_in, digest_of
from ledger.keys.key_files import PLAIN, SUBFOLDERS, KeyFiles, destroy
from ledger.keys.wrapped import is_wrapped, parse

_STAMP: Final = "%Y%m%dT%H%M%SZ"
_NAME: Final = re.compile(r"keys-([0-9]{8}T[0-9]{6}Z)")
_LEFT_OUT: Final = frozenset(
    {"sign/recovery.pem", "sign/next-recovery.pem", "blind/names"}
)
_PERSON: Final = re.compile(
    r"blind/person-([0-9a-f]{32})(-retained|-held-[0-9a-f]{32})?"
)
_PARTY: Final = re.compile(r"sign/party-([0-9a-f]{32})\.pem")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How many backups are kept, and for how long.

    Attributes:
        keep: at most so many, the newest.
        days: none that is older, but for the newest.
    """

    keep: int
    days: int

    def __post_init__(self) -> None:
        if self.keep < 1 or self.days < 1:
            raise UsageError(
                "one backup and one day at least",
                met=f"{self.keep} and {self.days}",
                advice="Correct --keep or --keep-days.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What a backup of keys came to.

    Attributes:
        count: keys in it.
        masters: ids of the master keys that open them.
        removed: older backups that were destroyed.
        erased: keys of erased people that were destroyed in those that stay.
    """

    folder: Path
    count: int
    masters: tuple[str, ...]
    removed: int
    erased: int


IsErased = Callable[[KeyRef], bool]


def back_up_keys(
    root: Path, target: Path, retention: Retention, now: datetime, is_erased: IsErased
) -> BackedUp:
    """Back up the keys of a production, and remove backups whose time is over.

    Args:
        root: the keys folder.
        target: a folder for backups of keys, and nothing else.
        retention: which backups stay.
        now: the time that names the backup.
        is_erased: whether somebody's key was destroyed on purpose.

    Raises:
        KeyStoreError: a key is not wrapped; there is no backup.
        StoreError: likewise.
    """
    refuse_mixed(target, "vault-*.sqlite", "a vault's backup")
    files = KeyFiles(root)
    with files.locked():
        contents = dict(_contents(files))
        folder = target / f"keys-{now.astimezone(UTC).strftime(_STAMP)}"
        _write(folder, contents)
    kept, removed = _purged(target, retention, now)
    destroyed = destroyed_in(root)
    erased = sum(
        _destroy_erased(one, lambda ref: digest_of(ref) in destroyed or is_erased(ref))
        for one in kept
    )
    masters = {
        parse(raw, name).master for name, raw in contents.items() if _secret(name)
    }
    return BackedUp(
        folder=folder,
        count=len(contents),
        masters=tuple(sorted(masters)),
        removed=removed,
        erased=erased,
    )


def refuse_mixed(target: Path, pattern: str, what: str) -> None:
    """Refuse a folder in which a vault's backup and its keys would lie together.

    Raises:
        UsageError: whoever had that folder could read what was erased since.
    """
    if next(target.glob(pattern), None) is not None:
        raise UsageError(
            "separate folders for backups of the vault and of its keys",
            met=f"a folder with {what}",
            advice="Give another folder, best on another machine.",
        )


def _contents(files: KeyFiles) -> Iterator[tuple[str, bytes]]:
    for name in files.names():
        if name in _LEFT_OUT:
            continue
        raw = files.path(name).read_bytes()
        if _secret(name) and not is_wrapped(raw):
            raise KeyStoreError(
                "keys that are wrapped under a master key",
                met="one in clear",
                advice="Run jangbu vault wrap first.",
                where=name,
            )
        yield name, raw


def _secret(name: str) -> bool:
    return name not in PLAIN


def _write(folder: Path, contents: dict[str, bytes]) -> None:
    draft = folder.with_name(f".{folder.name}.tmp")
    try:
        if folder.exists():
            raise UsageError(
                "a backup that is not there yet",
                met="one of the same second",
                advice="Run the command again.",
            )
        shutil.rmtree(draft, ignore_errors=True)
        for name, raw in contents.items():
            write_private(draft / name, raw)
        draft.rename(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise os_error(error, folder) from error


# --- what does not stay ---------------------------------------------------------------


def backups_in(target: Path) -> Sequence[Path]:
    """Backups of keys in a folder, the oldest first."""
    found = target.iterdir() if target.is_dir() else ()
    return sorted(path for path in found if _NAME.fullmatch(path.name))


def _purged(
    target: Path, retention: Retention, now: datetime
) -> tuple[Sequence[Path], int]:
    found = backups_in(target)
    oldest = now.astimezone(UTC) - timedelta(days=retention.days)
    kept = [
        path
        for place, path in enumerate(reversed(found))
        if place == 0 or (place < retention.keep and _made_at(path) >= oldest)
    ]
    gone = [path for path in found if path not in kept]
    for path in gone:
        _remove(path)
    return kept, len(gone)


def _made_at(path: Path) -> datetime:
    stamp = path.name.removeprefix("keys-")
    return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)


def _remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            destroy(path)
    try:
        shutil.rmtree(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise os_error(error, folder) from error


def _destroy_erased(folder: Path, is_erased: IsErased) -> int:
    return sum(
        destroy(folder / name)
        for name in _names(folder)
        if (reference := reference_of(name)) is not None and is_erased(reference)
    )


# --- bringing keys back ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came back.

    Attributes:
        count: keys that were missing and are there again.
        refused: keys of people who were erased meanwhile; destroyed in the backup, too.
    """

    count: int
    refused: int


def restore_keys(
    root: Path, backup: Path, wanted: Callable[[str], bool], is_erased: IsErased
) -> Restored:
    """Bring missing keys back from a backup; what is there stays as it is.

    Args:
        root: the keys folder.
        backup: one backup, `keys-…`.
        wanted: which files, by their names.
        is_erased: whether somebody's key was destroyed on purpose.

    Raises:
        StoreError: what came back before stays; run it again.
    """
    names = [name for name in _names(backup) if wanted(name)]
    files, destroyed = KeyFiles(root), destroyed_in(root)
    count = refused = 0
    with files.locked():
        for name in names:
            reference = reference_of(name)
            if reference is not None and (
                digest_of(reference) in destroyed or is_erased(reference)
            ):
                refused += destroy(backup / name)
            elif not files.path(name).exists():
                try:
                    write_private(files.path(name), (backup / name).read_bytes())
                except OSError as error:
                    raise os_error(error, files.path(name)) from error
                count += 1
    return Restored(count=count, refused=refused)


def _names(backup: Path) -> Sequence[str]:
    found = [
        f"{folder}/{path.name}"
        for folder in SUBFOLDERS
        for path in sorted((backup / folder).glob("*"))
        if path.is_file() and not path.name.startswith(".")
    ]
    if not found:
        raise UsageError(
            "one backup of keys, keys-<time>",
            met="a folder without keys",
            advice="Name the folder that jangbu vault backup-keys made.",
            where=str(backup),
        )
    return found


def reference_of(name: str) -> KeyRef | None:
    """Whose erasure a key file dies with; `None`: nobody's.

    A person's signing key dies with the key of what may be erased.
    """
    blinding, signing = _PERSON.fullmatch(name), _PARTY.fullmatch(name)
    if blinding:
        kind = (blinding.group(2) or "").replace("-", "/")
        return f"person/{blinding.group(1)}{kind}"
    return f"person/{signing.group(1)}" if signing else None


def make_target(target: Path) -> None:
    """Make a folder for backups unless there is one."""
    try:
        make_private_folder(target)
    except OSError as error:
        raise os_error(error, target) from error
