"""Fonts that documents are set in: a packaged Korean one, and files that are added.

System fonts are never used, so that a document looks the same on every machine; its
JSON names each font by digest. The package has the regular weight alone.
"""

import importlib.util
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import typst
from fontTools.ttLib import TTCollection, TTFont

from ledger.encoding.digest import sha256_hex
from ledger.errors import UnreadableInputError
from ledger.files import read_bounded
from ledger.reports.errors import MissingFontError

_PACKAGE: Final = "pylopdf_fonts_ko"
_FILE: Final = "NotoSansKR-Regular.otf"
_COLLECTION: Final = b"ttcf"
_LARGEST: Final = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Font:
    """One font file.

    Attributes:
        covers: code points that one of its faces has a glyph for.
    """

    name: str
    digest: str
    content: bytes
    covers: frozenset[int]


@dataclass(frozen=True, slots=True)
class FontShelf:
    """Font files where the typesetter finds them, in the order of preference."""

    faces: typst.Fonts
    families: tuple[str, ...]


def read_fonts(added: Sequence[Path] = ()) -> tuple[Font, ...]:
    """Read the packaged font and then the added files.

    Raises:
        MissingFontError: the package is missing or damaged.
        UnreadableInputError: an added file is no usable font.
    """
    return (_packaged(), *(_read(path) for path in added))


def _packaged() -> Font:
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise MissingFontError(
            "the package of Korean fonts",
            met="no such package",
            advice="Install pylopdf-fonts-ko.",
        )
    path = Path(found.origin).with_name(_FILE)
    try:
        return _read(path)
    except UnreadableInputError as error:
        raise MissingFontError(
            "the font of the package",
            met=error.met,
            advice="Install pylopdf-fonts-ko again.",
            where=str(path),
        ) from error


def _read(path: Path) -> Font:
    content = read_bounded(path, _LARGEST)
    return Font(
        name=path.name,
        digest=sha256_hex(content),
        content=content,
        covers=_covered(content, path),
    )


def _covered(content: bytes, path: Path) -> frozenset[int]:
    try:
        with io.BytesIO(content) as file:
            collection = content[:4] == _COLLECTION
            faces = TTCollection(file).fonts if collection else [TTFont(file)]
            return frozenset(
                point for face in faces for point in (face.getBestCmap() or {})
            )
    except Exception as error:  # fontTools lets anything escape on hostile files
        raise _unusable(path, "no font") from error


def _unusable(path: Path, met: str) -> UnreadableInputError:
    return UnreadableInputError(
        "a font file (OTF, TTF, OTC or TTC)",
        met=met,
        advice="Give another file to --font.",
        where=str(path),
    )


@contextmanager
def shelved(fonts: Sequence[Font]) -> Iterator[FontShelf]:
    """Put fonts where the typesetter looks for them, and there alone.

    Raises:
        UnreadableInputError: the typesetter cannot use a file.
    """
    with TemporaryDirectory(prefix="jangbu-fonts-") as name:
        folder = Path(name).resolve()
        paths = [
            _placed(folder / f"{number:04}", font) for number, font in enumerate(fonts)
        ]
        faces = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[str(folder)],
        )
        families: dict[str, None] = {}
        for font, path in zip(fonts, paths, strict=True):
            named = [
                face.family
                for face in faces.fonts()
                if face.path is not None and Path(face.path).resolve() == path
            ]
            if not named:
                raise _unusable(Path(font.name), "one that cannot be typeset")
            families.update(dict.fromkeys(named))
        yield FontShelf(faces, tuple(families))


def _placed(stem: Path, font: Font) -> Path:
    path = stem.with_suffix(".ttc" if font.content[:4] == _COLLECTION else ".otf")
    path.write_bytes(font.content)
    return path
