"""The custody statement of a bundle: who took it out of which system, and when.

A court asks how a copy came about. This is the exporter's own word, like the index
that it is signed with; it proves nothing about the log.
"""

import platform
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from ledger.encoding import canonical
from ledger.encoding.models import dump
from ledger.records.identity import (
    Instant,
    KeyId,
    Origin,
    Uid,
    as_instant,
    instant_from,
)
from ledger.records.statement import Record

Words = Annotated[str, StringConstraints(min_length=1, max_length=400)]


class Custody(Record):
    """What is said about the copy.

    Attributes:
        studio: party uid of who keeps the log.
        exported_at: by the clock of the machine that exported.
        exporter: who ran the export, in words, if that is to be said.
        key_id: the admission root that signed the index.
        store: what kept the log: `sqlite`, `postgresql` or `http`.
        system: versions of the programs that read the records.
        size: entries that the log had then.
    """

    v: Literal[1] = 1
    log: Origin
    studio: Uid
    size: int
    exported_at: Instant
    exporter: Words | None = None
    key_id: KeyId
    store: Literal["sqlite", "postgresql", "http"]
    system: dict[str, str]

    def to_bytes(self) -> bytes:
        """As the part `custody.json`."""
        return canonical.encode(dump(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """How a copy is taken.

    Attributes:
        exporter: who runs the export, in words; "" if that is not to be said.
    """

    at: datetime
    store: Literal["sqlite", "postgresql", "http"]
    exporter: str = ""


def custody_of(fields: dict[str, Any], taking: Taking) -> Custody:
    """The statement about a copy that is being taken.

    Args:
        fields: log, studio, size and key_id.
        taking: how it is taken.
    """
    system = {
        "jangbu": version("jangbu"),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.machine()}",
    }
    exporter = {"exporter": taking.exporter} if taking.exporter else {}
    return Custody.model_validate(
        {
            **fields,
            **exporter,
            "exported_at": as_instant(instant_from(taking.at)),
            "store": taking.store,
            "system": system,
        }
    )
