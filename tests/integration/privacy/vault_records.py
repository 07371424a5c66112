"""What the vault opens, beside the commitments as the log and its blobs state them."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import rfc8785

from ledger.encoding.commitment import Opening, Place
from ledger.production.opening import Production


@dataclass(frozen=True)
class Field:
    """A private field, its opening and the commitment that stands in public.

    Attributes:
        value: as text; a manifest store as its bytes.
    """

    statement: str
    place: Place
    opening: Opening
    commitment: str
    value: bytes

    @property
    def name(self) -> str:
        """Kind and path, without the number of a file."""
        steps = [
            "N" if step.isdigit() else step for step in self.opening.path.split("/")
        ]
        return f"{self.place.kind} {'/'.join(steps)}"


def fields_of(production: Production) -> Iterator[Field]:
    """Every private field that the vault opens."""
    reader, vault = production.reader(), production.vault
    for stored in reader.statements(0, reader.size()):
        said = json.loads(stored.raw)
        place = Place(log=said["log"], kind=said["kind"], key=said["key"])
        for path in vault.paths(stored.id):
            opening = vault.open(stored.id, path)
            commitment = _committed(production, said, path)
            yield Field(stored.id, place, opening, commitment, _value(opening))


def expected_commitment(place: Place, opening: Opening) -> str:
    """What protocol 2 says the commitment is, by another implementation of it."""
    context: Any = [place.log, place.kind, place.key, opening.path, opening.value]
    hashed = b"jangbu/field/1\0" + opening.blind + rfc8785.dumps(context)
    return hashlib.sha256(hashed).hexdigest()


def _committed(production: Production, said: dict[str, Any], path: str) -> str:
    if not path.startswith("/files/"):
        value = said
        for step in path.split("/")[1:]:
            value = value[step]
        return str(value["#"])
    raw = production.blobs.read(said["body"]["files"]["blob"])
    _, _, number, name = path.split("/")
    leaves = [json.loads(line) for line in raw.splitlines()]
    leaf = next(leaf for leaf in leaves if leaf["index"] == int(number))
    return str(leaf[name]["#"])


def _value(opening: Opening) -> bytes:
    if opening.path.endswith("/incoming"):
        return base64.b64decode(str(opening.value), validate=True)
    return json.dumps(opening.value, ensure_ascii=False).encode()
