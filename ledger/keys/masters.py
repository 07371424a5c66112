"""Which master keys a keys folder has: `master.toml`, the environment, `master.key`.

1. `keys/master.toml` lists them, the one in force last:

       [[master]]
       kind = "pkcs11"
       module = "/usr/lib/softhsm/libsofthsm2.so"
       token = "studio"
       key = "jangbu-master"
       pin_file = "/etc/jangbu/pin"

   or `kind = "file"` with a `path`, which starts in the keys folder.
2. Without it, `keys/master.key`. Without that, keys are plain files.

The environment's JANGBU_MASTER_KEY_FILE says where the file lies now, whatever the two
say: on another volume, or brought by whoever starts the program.

There is more than one only while a replacement is on its way (`jangbu vault rewrap`).
"""

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import tomli_w

from ledger.errors import MasterKeyError
from ledger.files import os_error, write_private
from ledger.keys.master_files import missing_master, read_masters
from ledger.keys.master_tokens import TokenMaster
from ledger.keys.wrapped import Master, refused

MASTER_FILE: Final = "JANGBU_MASTER_KEY_FILE"
TOML: Final = "master.toml"
KEY: Final = "master.key"

_STRINGS: Final = {
    "file": ({"path"}, {"path"}),
    "pkcs11": ({"module", "token", "key"}, {"module", "token", "key", "pin_file"}),
}
"""By kind: members that must be given, and that may be."""


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A file of master keys."""

    path: Path


Place = FilePlace | TokenMaster


@dataclass(frozen=True, slots=True)
class Ring:
    """The master keys of a folder.

    Attributes:
        masters: in their order; none if keys are plain files.
    """

    masters: tuple[Master, ...]

    @property
    def in_force(self) -> Master | None:
        """The one that wraps what is new; `None`: keys are plain files."""
        return self.masters[-1] if self.masters else None

    def named(self, identifier: str) -> Master | None:
        """The one with this id; `None` if it is not here."""
        return next((one for one in self.masters if one.id == identifier), None)


def default_path(folder: Path) -> Path:
    """Where the file of master keys lies if `master.toml` does not say it."""
    told = os.environ.get(MASTER_FILE)
    return Path(told) if told else folder / KEY


def places(folder: Path) -> tuple[Place, ...]:
    """Where the master keys of a folder are, the one in force last.

    Raises:
        MasterKeyError: `master.toml` has no usable form.
    """
    path, default = folder / TOML, default_path(folder)
    brought = bool(os.environ.get(MASTER_FILE))
    if path.exists():
        found = read_places(path)
        if not brought:
            return found
        moved = FilePlace(default)
        return tuple(moved if isinstance(one, FilePlace) else one for one in found)
    if default.exists():
        return (FilePlace(default),)
    if brought:
        # A volume that is not mounted must not make new keys plain files.
        raise missing_master(default)
    return ()


def read_ring(folder: Path) -> Ring:
    """The master keys of a folder.

    Raises:
        MasterKeyError: one of them is not where it should be.
    """
    return Ring(tuple(_masters(places(folder))))


def _masters(found: Sequence[Place]) -> Iterator[Master]:
    for place in found:
        match place:
            case FilePlace(path=path):
                yield from read_masters(path)
            case TokenMaster():
                yield place


def read_places(path: Path) -> tuple[Place, ...]:
    """Read a `master.toml`; errors as for `places`."""
    try:
        value = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _unfit(str(error), path) from error
    match value:
        case {"master": [*tables], **more} if tables and not more:
            return tuple(_place(table, path) for table in tables)
        case _:
            raise _unfit("no [[master]]", path)


def _place(table: object, path: Path) -> Place:
    match table:
        case {"kind": "file" | "pkcs11" as kind, **given}:
            texts = {key: one for key, one in given.items() if isinstance(one, str)}
        case _:
            raise _unfit('a [[master]] without kind = "file" or "pkcs11"', path)
    required, permitted = _STRINGS[kind]
    if texts != given or not required <= set(given) <= permitted:
        raise _unfit(f"other members of a [[master]] of kind {kind!r}", path)
    if kind == "file":
        return FilePlace(path.parent / texts["path"])
    return TokenMaster(
        module=texts["module"],
        token=texts["token"],
        key=texts["key"],
        pin_file=texts.get("pin_file"),
    )


def write_places(folder: Path, found: Sequence[Place]) -> None:
    """Write `master.toml`.

    Raises:
        StoreError: nothing was changed.
    """
    text = tomli_w.dumps({"master": [_table(place, folder) for place in found]})
    try:
        write_private(folder / TOML, text.encode())
    except OSError as error:
        raise os_error(error, folder / TOML) from error


def _table(place: Place, folder: Path) -> Mapping[str, str]:
    match place:
        case FilePlace(path=path):
            near = path.parent == folder
            return {"kind": "file", "path": path.name if near else str(path.absolute())}
        case TokenMaster():
            table = {
                "kind": "pkcs11",
                "module": place.module,
                "token": place.token,
                "key": place.key,
            }
            return table | ({"pin_file": place.pin_file} if place.pin_file else {})


def _unfit(met: str, path: Path) -> MasterKeyError:
    return refused(met, "Correct it: docs/reference/vault.md has the form.", str(path))
