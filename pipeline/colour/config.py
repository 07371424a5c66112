"""The `[colour]` table of a recipe or a production: which spaces a show works in.

docs/reference/colour.md shows it. Only the table is read here; files that it names are
opened by whoever runs the recipe.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from pipeline.colour.baked import MOST_SIDE
from pipeline.colour.spaces import CodeRange, Space, space_of
from pipeline.errors import ColourSpaceError, RecipeError

DEFAULT_WORKING: Final = "linear-rec709"
_MOST_SOURCES: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceColour:
    """What a show says of one source.

    Attributes:
        space: what its codes mean.
        range: which codes carry 0 to 1.
        instead_of: token that its files declare wrongly; `None` if they declare
            nothing or the same.
    """

    space: Space
    range: CodeRange = "full"
    instead_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookTable:
    """Which files grade the pictures, and between which spaces.

    Attributes:
        source, target: spaces whose encoded values the first step takes and the last
            one gives.
        cdl, lut, config: paths from the recipe's folder, or `None`; `config` may be
            `ocio://` and the full name of a built-in config. Applied in this order.
        cdl_id: which correction of the file.
        cdl_clamp: limit to 0…1, as ASC CDL does.
        config_from, config_to: colour spaces by their names in the config.
        display, view: instead of `config_to`.
        lattice: points a side of the baked table; `None` is the size that
            `pipeline.colour.show` chooses.
    """

    source: Space
    target: Space
    cdl: str | None = None
    cdl_id: str | None = None
    cdl_clamp: bool = False
    lut: str | None = None
    config: str | None = None
    config_from: str | None = None
    config_to: str | None = None
    display: str | None = None
    view: str | None = None
    lattice: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourTable:
    """The whole table.

    Attributes:
        working: linear space in which pictures are composed.
        output: space of the written pictures; `None` leaves it to the format.
        range: of the written pictures.
        sources: by the name under which a recipe lists a source.
        look: the show's grade, or `None`.
    """

    working: Space = field(default_factory=lambda: space_of(DEFAULT_WORKING))
    output: Space | None = None
    range: CodeRange = "full"
    sources: Mapping[str, SourceColour] = field(default_factory=dict)
    look: LookTable | None = None

    def source(self, name: str, declared: str | None) -> SourceColour:
        """The colour of a source, by what its file declares and what the show names.

        Args:
            name: of the source in the recipe.
            declared: token that the file declares, or `None`.

        Raises:
            ColourSpaceError: neither names a space, or they contradict each other.
        """
        named = self.sources.get(name)
        if named is None:
            if declared is None:
                raise _undeclared(name)
            return SourceColour(space=space_of(declared, where=name))
        if declared not in (None, named.space.token, named.instead_of):
            raise ColourSpaceError(
                "the space that the recipe names",
                met=f"{named.space.token} named, {declared} declared by the file",
                advice="If the file declares it wrongly, say so: "
                f'instead_of = "{declared}".',
                where=name,
            )
        return named


def parse_colour(table: Mapping[str, object], *, where: str = "colour") -> ColourTable:
    """Read a `[colour]` table as TOML gives it.

    Raises:
        RecipeError: an unknown field, another type, or fields that do not go together.
        ColourSpaceError: an unknown token.
    """
    _known(table, {"working", "output", "range", "sources", "look"}, where)
    working = space_of(_text(table, "working", where) or DEFAULT_WORKING, where=where)
    if not working.is_linear:
        raise _refused(f"{where}.working", f"{working.token}, which is not linear")
    output = _text(table, "output", where)
    look = table.get("look")
    return ColourTable(
        working=working,
        output=space_of(output, where=where) if output else None,
        range=_range(table, where),
        sources=_sources(table.get("sources", {}), f"{where}.sources"),
        look=None if look is None else _look(_table(look, f"{where}.look"), where),
    )


def _sources(value: object, where: str) -> dict[str, SourceColour]:
    table = _table(value, where)
    if len(table) > _MOST_SOURCES:
        raise _refused(where, f"{len(table)} sources")
    return {name: _source(entry, f"{where}.{name}") for name, entry in table.items()}


def _source(value: object, where: str) -> SourceColour:
    if isinstance(value, str):
        return SourceColour(space=space_of(value, where=where))
    table = _table(value, where)
    _known(table, {"space", "range", "instead_of"}, where)
    token, instead = (_text(table, key, where) for key in ("space", "instead_of"))
    if token is None:
        raise _refused(where, "no space")
    if instead is not None:
        space_of(instead, where=where)
    return SourceColour(
        space=space_of(token, where=where),
        range=_range(table, where),
        instead_of=instead,
    )


_LOOK_TEXTS: Final = (
    "cdl_id",
    "config_from",
    "config_to",
    "display",
    "view",
)
_LOOK_PATHS: Final = ("cdl", "lut", "config")


def _look(table: Mapping[str, object], above: str) -> LookTable:
    where = f"{above}.look"
    fields = {"source", "target", "cdl_clamp", "lattice", *_LOOK_TEXTS, *_LOOK_PATHS}
    _known(table, fields, where)
    spaces = [_text(table, key, where) for key in ("source", "target")]
    if None in spaces:
        raise _refused(where, "no source or no target")
    source, target = (space_of(cast("str", one), where=where) for one in spaces)
    paths = {key: _path(table, key, where) for key in _LOOK_PATHS}
    texts = {key: _text(table, key, where) for key in _LOOK_TEXTS}
    if not any(paths.values()):
        raise _refused(where, "neither cdl, lut nor config")
    _check_config(texts, where, has_config=paths["config"] is not None)
    clamp, side = table.get("cdl_clamp", False), table.get("lattice")
    if not isinstance(clamp, bool):
        raise _refused(f"{where}.cdl_clamp", f"{clamp!r:.40}")
    if side is not None and (type(side) is not int or not 2 <= side <= MOST_SIDE):
        raise _refused(f"{where}.lattice", f"{side!r:.40}")
    return LookTable(
        source=source, target=target, cdl_clamp=clamp, lattice=side, **paths, **texts
    )


def _check_config(
    texts: Mapping[str, str | None], where: str, *, has_config: bool
) -> None:
    names = [texts[key] is not None for key in _LOOK_TEXTS[1:]]
    permitted = {
        True: ([True, True, False, False], [True, False, True, True]),
        False: ([False] * 4,),
    }
    if names not in permitted[has_config]:
        raise _refused(
            where, "a config needs config_from, and config_to or display and view"
        )


def _path(table: Mapping[str, object], key: str, where: str) -> str | None:
    path = _text(table, key, where)
    if path is None or (key == "config" and path.startswith("ocio://")):
        return path
    parts = path.split("/")
    fits = (
        path == unicodedata.normalize("NFC", path)
        and "\\" not in path
        and ":" not in path
        and not {"", ".", ".."} & set(parts)
    )
    if not fits:
        raise _refused(f"{where}.{key}", "a path that is not relative, or leads up")
    return path


def _range(table: Mapping[str, object], where: str) -> CodeRange:
    value = table.get("range", "full")
    if value != "full" and value != "legal":  # noqa: PLR1714 - mypy narrows so
        raise _refused(f"{where}.range", f"{value!r:.40}")
    return value


def _text(table: Mapping[str, object], key: str, where: str) -> str | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value or "\0" in value:
        raise _refused(f"{where}.{key}", f"{value!r:.40}")
    return value


def _table(value: object, where: str) -> Mapping[str, object]:
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return value
    raise _refused(where, f"{type(value).__name__}")


def _known(table: Mapping[str, object], fields: set[str], where: str) -> None:
    unknown = sorted(set(table) - fields)
    if unknown:
        raise _refused(f"{where}.{unknown[0][:60]}", "a field that does not exist")


def _refused(where: str, met: str) -> RecipeError:
    return RecipeError(
        "a colour table as docs/reference/colour.md describes it",
        met=met,
        advice="Correct the field.",
        where=where,
    )


def _undeclared(name: str) -> ColourSpaceError:
    return ColourSpaceError(
        "a source whose colour space is declared",
        met="a file that declares none, and no name for it in recipe or production",
        advice="Name it: [colour.sources], docs/reference/colour.md.",
        where=name,
    )
