"""A film as data: a folder with `film.toml`, recipes, records and a cut.

`jangbu demo --from` reads it (docs/reference/film-folder.md). The file is a
`production.toml` with one table more, `[film]`.
"""

import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import tomli_w
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ledger.errors import ProductionError, UnreadableInputError
from ledger.files import read_bounded
from ledger.production.registry import Registry, parse_registry

FILM: Final = "film.toml"
_LARGEST: Final = 1 << 20


def _checked_path(text: str) -> str:
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError("a path in Unicode NFC is expected (this one is decomposed)")
    if not text.strip() or text.startswith("/") or ".." in text.split("/"):
        raise ValueError("a relative path without '..' is expected")
    if "\0" in text:
        raise ValueError("a path without NUL is expected")
    return text


FilmPath = Annotated[str, AfterValidator(_checked_path)]


class FilmTable(BaseModel):
    """What the film consists of, as paths from its folder.

    Attributes:
        recipes: one for each shot, in the order in which they are run.
        records: JSON lines of what people say (docs/reference/records.md).
        cut: an OTIO timeline.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    recipes: tuple[FilmPath, ...] = Field(min_length=1, max_length=4096)
    records: FilmPath | None = None
    cut: FilmPath | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmFolder:
    """A film folder whose own file was read."""

    root: Path
    registry: Registry
    film: FilmTable

    @property
    def recipes(self) -> list[Path]:
        """Paths of the recipes."""
        return [self.root / name for name in self.film.recipes]

    @property
    def records(self) -> Path | None:
        """Path of the records, if it has any."""
        return self.root / self.film.records if self.film.records else None

    @property
    def cut(self) -> Path | None:
        """Path of the cut, if it has one."""
        return self.root / self.film.cut if self.film.cut else None


def read_film_folder(root: Path) -> FilmFolder:
    """Read and check a film's own file; what it names is read when it is used.

    Raises:
        ProductionError: with file and field.
    """
    path = root / FILM
    value = _read_toml(path)
    film = value.pop("film", None)
    try:
        table = FilmTable.model_validate(_with_tuples(film))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(step) for step in ("film", *first["loc"]))
        raise _refused(f"{path}: {field}", first["msg"]) from error
    registry = parse_registry(tomli_w.dumps(value).encode(), str(path))
    found = FilmFolder(root=root, registry=registry, film=table)
    for named in (*found.recipes, found.records, found.cut):
        if named is not None and not named.is_file():
            raise _refused(str(path), f"no file {named.name!r} where it is named")
    return found


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_bounded(path, _LARGEST).decode("utf-8"))
    except UnreadableInputError as error:
        raise _refused(str(path), error.met) from error
    except (ValueError, RecursionError) as error:
        raise _refused(str(path), str(error)) from error


def _with_tuples(film: object) -> object:
    if not isinstance(film, dict):
        return film
    return {
        key: tuple(item) if isinstance(item, list) else item
        for key, item in film.items()
    }


def _refused(where: str, met: str) -> ProductionError:
    return ProductionError(
        "a film folder as docs/reference/film-folder.md describes it",
        met=met,
        advice="Correct film.toml, or put the file where it says.",
        where=where,
    )
