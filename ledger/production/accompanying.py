"""What goes along with a bundle: custody, explanations, and what others signed.

Cosigned checkpoints and time tokens lie beside the published copy of the log. A token
of an earlier checkpoint needs that checkpoint's note, which the database has.
"""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

from ledger.encoding.sheet import key_id_of
from ledger.errors import EvidenceError
from ledger.evidence.assembling import verifier_source
from ledger.evidence.companions import CUSTODY, README, VERIFIER, Companions, Token
from ledger.evidence.consistency import prove_growth
from ledger.evidence.custody import Taking, custody_of
from ledger.files import os_error, read_bounded
from ledger.log.tree import Nodes, leaf_hash
from ledger.production.opening import Production, SystemClock
from ledger.production.registry import Registry

MOST: Final = 256
"""Cosigned checkpoints, and tokens, that go along: the newest ones."""
_LARGEST: Final = 1 << 20
_SIZE = re.compile(r"[0-9]{20}")
_TOKEN = re.compile(r"([a-z0-9][a-z0-9.-]{0,63})\.tsr")


def store_kind(registry: Registry) -> Literal["sqlite", "postgresql", "http"]:
    """What keeps the log."""
    address = registry.ledger.store or ""
    if address.startswith("postgresql"):
        return "postgresql"
    return "http" if address else "sqlite"


def companions_of(production: Production, exporter: str = "") -> Companions:
    """Everything that is there for the log as it is now.

    Raises:
        StoreUnavailableError: a file cannot be read.
        EvidenceError: a token is of a checkpoint that the log does not have.
    """
    reader = production.reader()
    size = reader.size()
    cosigned = dict(_sized(production.layout.published / "cosigned", size))
    tokens = dict(_tokens(production.layout.published / "tokens", size))
    earlier = {one for one, _ in tokens} - {size}
    notes = {one: reader.note_at(one) for one in sorted(earlier)}
    for one, note in notes.items():
        if note is None:
            raise EvidenceError(
                "time tokens of checkpoints that the log has signed",
                met=f"one of {one} entries, of which there is no checkpoint",
                advice="Move the token away; it is of another log.",
                size=one,
            )
    nodes = Nodes([leaf_hash(raw) for raw in reader.entries(0, size)])
    grown = sorted(({*cosigned} | earlier) - {0, size})
    key = production.keys.public_key("studio")
    fields = {
        "log": production.log,
        "studio": production.studio,
        "size": size,
        "key_id": key_id_of(key),
    }
    taking = Taking(
        at=SystemClock().now(),
        store=store_kind(production.registry),
        exporter=exporter,
    )
    return Companions(
        single={
            CUSTODY: custody_of(fields, taking).to_bytes(),
            README: readme(),
            VERIFIER: verifier_source(),
        },
        cosigned=cosigned,
        consistency={one: prove_growth(nodes, one).to_bytes() for one in grown},
        notes={one: note for one, note in notes.items() if note is not None},
        tokens=tokens,
    )


def readme() -> bytes:
    """The page for readers, Korean and English."""
    folder = files("ledger.evidence").joinpath("texts")
    return folder.joinpath("bundle-readme.md").read_bytes()


def _sized(folder: Path, size: int) -> Iterator[tuple[int, bytes]]:
    for path in _newest(folder, size):
        yield int(path.name), read_bounded(path, _LARGEST)


def _tokens(folder: Path, size: int) -> Iterator[tuple[Token, bytes]]:
    for path in _newest(folder, size):
        for token in sorted(path.iterdir()):
            found = _TOKEN.fullmatch(token.name)
            if found is not None:
                yield (int(path.name), found[1]), read_bounded(token, _LARGEST)


def _newest(folder: Path, size: int) -> list[Path]:
    if not folder.is_dir():
        return []
    try:
        found = [path for path in folder.iterdir() if _SIZE.fullmatch(path.name)]
    except OSError as error:
        raise os_error(error, folder) from error
    covered = sorted(path for path in found if int(path.name) <= size)
    return covered[-MOST:]
