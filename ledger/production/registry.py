"""`production.toml`: names and their uids, private, edited by people.

Names live here and in the vault only. The log knows uids.
"""

import secrets
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias, TypeVar

import tomli_w
from pydantic import AfterValidator, ValidationError

from ledger.errors import (
    MalformedRecordError,
    ProductionError,
    UnknownNameError,
    UnreadableInputError,
)
from ledger.files import read_bounded, write_private
from ledger.production.names import Handle, Name
from ledger.production.outside import LedgerTable, TimeAuthorityTable, WitnessTable
from ledger.production.table import Table
from ledger.records.authority import PublicKey
from ledger.records.identity import Day, Origin, Uid, as_origin, as_uid, day_from

_LARGEST: Final = 4 << 20


def _each_once(families: "tuple[Stateable, ...]") -> "tuple[Stateable, ...]":
    if len(set(families)) != len(families):
        raise ValueError("each kind once")
    return families


Stateable: TypeAlias = Literal[
    "contribution", "countersignature", "cut", "engagement", "generation", "opinion"
]
"""Kinds that people state with keys of their own; machines' kinds are not among them,
and neither is what decides who may state."""


class ProductionTable(Table):
    """The production itself; `origin` and `studio` are filled in by init."""

    title: Name
    domain: str = "jangbu.invalid"
    origin: Origin | None = None
    studio: Uid | None = None


class PartyTable(Table):
    """A person or an organisation; the first organisation is the studio.

    Attributes:
        handle: a short name for records, which outlives changes of the name.
        latin: the name in Latin letters as its owner spells it.
        may: kinds that the party states with a key of its own.
        public_key: of a key that the party alone has; absent if its key is made here.
    """

    type: Literal["person", "organisation"]
    name: Name
    handle: Handle | None = None
    latin: Name | None = None
    may: Annotated[tuple[Stateable, ...], AfterValidator(_each_once)] = ()
    public_key: PublicKey | None = None
    uid: Uid | None = None


class ElementTable(Table):
    """An element of the production, used in any number of shots."""

    name: Name
    uid: Uid | None = None


class ShotTable(Table):
    """A shot under its present code."""

    code: Name
    since: Day | None = None
    uid: Uid | None = None


class Registry(Table):
    """The whole file."""

    production: ProductionTable
    ledger: LedgerTable = LedgerTable()
    witness: tuple[WitnessTable, ...] = ()
    time_authority: tuple[TimeAuthorityTable, ...] = ()
    party: tuple[PartyTable, ...] = ()
    element: tuple[ElementTable, ...] = ()
    shot: tuple[ShotTable, ...] = ()

    def element_uid(self, name: str) -> str | None:
        """The uid of an element by name; `None` if there is none."""
        return next((one.uid for one in self.element if one.name == name), None)

    def shot_uid(self, code: str) -> str | None:
        """The uid of a shot by its present code; `None` if there is none."""
        return next((one.uid for one in self.shot if one.code == code), None)

    def party_called(self, reference: str) -> PartyTable:
        """The party with this handle, uid or name.

        Raises:
            UnknownNameError: there is none, or more than one.
        """
        found = [
            one
            for one in self.party
            if reference in (one.handle, one.uid, one.name)  # none of them is ""
        ]
        if len(found) == 1:
            return found[0]
        raise UnknownNameError(
            "a party of production.toml by its handle, its uid or its name",
            met=f"{reference!r}, which {'several' if found else 'none'} of them have",
            advice="Give the party a handle in its [[party]], and use that.",
            where="production.toml: party",
        )


def read_registry(path: Path) -> Registry:
    """Read and check a production's registry.

    Raises:
        ProductionError: with file and field.
    """
    try:
        raw = read_bounded(path, _LARGEST)
    except UnreadableInputError as error:
        raise ProductionError(
            "a production folder with production.toml",
            met=error.met,
            advice="Name the folder that jangbu init made.",
            where=str(path),
        ) from error
    return parse_registry(raw, str(path))


def parse_registry(raw: bytes, where: str) -> Registry:
    """Check a registry's text; errors as for `read_registry`."""
    try:
        value = _with_lists(tomllib.loads(raw.decode("utf-8")))
    # Bad UTF-8, bad TOML, or a number of thousands of digits: all ValueErrors.
    except (ValueError, RecursionError) as error:
        raise ProductionError(
            "TOML in UTF-8",
            met=str(error),
            advice="Correct the line that the message names.",
            where=where,
        ) from error
    return _validated(value, where)


def _with_lists(value: dict[str, object]) -> dict[str, object]:
    # Strict models take tuples only; TOML dates become text, as in records.
    def plain(item: object) -> object:
        match item:
            case dict():
                return {key: plain(inner) for key, inner in item.items()}
            case list():
                return tuple(plain(inner) for inner in item)
            case date():
                return item.isoformat()
            case _:
                return item

    return {key: plain(item) for key, item in value.items()}


def _validated(value: dict[str, object], where: str) -> Registry:
    try:
        registry = Registry.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(step) for step in first["loc"])
        raise ProductionError(
            "fields as docs/reference/production-folder.md lists them",
            met=first["msg"],
            advice="Correct the field.",
            where=f"{where}: {field}",
        ) from error
    _refuse_twins(registry, where)
    return registry


def _refuse_twins(registry: Registry, where: str) -> None:
    rows: tuple[tuple[str, list[str]], ...] = (
        ("party", [one.handle for one in registry.party if one.handle]),
        ("party", [one.uid for one in registry.party if one.uid]),
        ("party", [one.public_key for one in registry.party if one.public_key]),
        ("element", [one.name for one in registry.element]),
        ("shot", [one.code for one in registry.shot]),
        ("witness", [one.vkey for one in registry.witness]),
        ("time_authority", [one.name for one in registry.time_authority]),
    )
    for table, names in rows:
        twins = {name for name in names if names.count(name) > 1}
        if twins:
            raise ProductionError(
                f"each {table} once",
                met=f"{min(twins)!r} twice",
                advice="Give the two different names.",
                where=f"{where}: {table}",
            )


def mint(registry: Registry) -> Registry:
    """A registry in which everything has its uid."""
    production = registry.production
    _check_domain(production.domain)
    party = tuple(_with_uid(one) for one in registry.party)
    studio = next((one.uid for one in party if one.type == "organisation"), None)
    if studio is None:
        raise ProductionError(
            "an organisation among the parties: the studio that owns the log",
            met="none",
            advice='Add a [[party]] with type = "organisation" and its name.',
            where="production.toml: party",
        )
    origin = production.origin or f"{production.domain}/{secrets.token_hex(8)}"
    return registry.model_copy(
        update={
            "production": production.model_copy(
                update={"origin": origin, "studio": production.studio or studio}
            ),
            "party": party,
            "element": tuple(_with_uid(one) for one in registry.element),
            "shot": tuple(_dated(_with_uid(one)) for one in registry.shot),
        }
    )


Named = TypeVar("Named", PartyTable, ElementTable, ShotTable)


def uid_of(row: PartyTable | ElementTable | ShotTable) -> Uid:
    """The uid of a row that was registered.

    Raises:
        ProductionError: it has none yet.
    """
    if row.uid is None:
        raise ProductionError(
            "a uid for everything in the registry",
            met="none",
            advice="Run jangbu register, which gives new entries their uids.",
            where="production.toml",
        )
    return row.uid


def _check_domain(domain: str) -> None:
    try:
        as_origin(f"{domain}/{'0' * 16}")
    except MalformedRecordError as error:
        raise ProductionError(
            "a domain in lower-case ASCII with at least one dot",
            met=repr(domain),
            advice="Give the studio's own domain, in its xn-- form if it is Korean.",
            where="production.domain",
        ) from error


def _with_uid(table: Named) -> Named:
    if table.uid is not None:
        return table
    return table.model_copy(update={"uid": as_uid(secrets.token_hex(16))})


def _dated(table: ShotTable) -> ShotTable:
    if table.since is not None:
        return table
    return table.model_copy(update={"since": day_from(datetime.now(UTC).date())})


def write_registry(path: Path, registry: Registry) -> None:
    """Write the registry, readable by its owner alone."""
    write_private(path, registry_text(registry))


def registry_text(registry: Registry) -> bytes:
    """The registry as TOML: one block a row, so that people can add blocks."""
    value = registry.model_dump(mode="json", exclude_none=True)
    blocks = [f"[production]\n{tomli_w.dumps(value.pop('production'))}"]
    if registry.ledger != LedgerTable():
        blocks.append(f"[ledger]\n{tomli_w.dumps(value['ledger'])}")
    for name in ("witness", "time_authority", "party", "element", "shot"):
        for row in value.get(name, ()):
            given = {field: item for field, item in row.items() if item != []}
            blocks.append(f"[[{name}]]\n{tomli_w.dumps(given)}")
    return "\n".join(blocks).encode()
