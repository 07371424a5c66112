"""From a JSON document and a template to a PDF, the same bytes each time.

Data reaches the template as a JSON file and as pictures and is never made part of
the markup. No system font, no package and no network is used. Produced as PDF/A-3a;
nothing here validates that it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import typst

from ledger.records.identity import Instant, moment_of
from ledger.reports.errors import ReportError
from ledger.reports.fonts import Font, FontShelf, shelved
from ledger.reports.glyphs import check_glyphs, printable
from ledger.reports.json_text import json_text

_STANDARD: Final = "a-3a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is to be set.

    Attributes:
        template: name of a file in `templates`.
        document: the JSON document, attached to the PDF as it is.
        words: wording that the template prints for the document's codes.
        at: date of the PDF: from the document, never from a clock.
        pictures: PNG or JPEG files by the names that the document gives them.
    """

    template: str
    document: Mapping[str, Any]
    words: Mapping[str, Any]
    at: Instant
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def typeset(sheet: Sheet, fonts: Sequence[Font]) -> bytes:
    """Set a sheet as PDF.

    Raises:
        UnreadableInputError: a font cannot be used.
        MissingGlyphError: a character has no glyph.
        ReportError: the typesetter refuses.
    """
    shown = printable(sheet.document)
    check_glyphs(shown, fonts)
    check_glyphs(sheet.words, fonts)
    with (
        shelved(fonts) as shelf,
        TemporaryDirectory(prefix="jangbu-report-") as name,
    ):
        folder = Path(name)
        _lay_out(folder, sheet, shown, shelf.families)
        return _compiled(folder, sheet, shelf)


def _lay_out(
    folder: Path, sheet: Sheet, shown: Mapping[str, Any], families: Sequence[str]
) -> None:
    for template in resources.files("ledger.reports").joinpath("templates").iterdir():
        if template.name.endswith(".typ"):
            (folder / template.name).write_bytes(template.read_bytes())
    when = moment_of(sheet.at)
    setting = {
        "families": list(families),
        "date": [when.year, when.month, when.day, when.hour, when.minute, when.second],
        "words": sheet.words,
    }
    (folder / "shown.json").write_text(json_text(shown), encoding="utf-8")
    (folder / "setting.json").write_text(json_text(setting), encoding="utf-8")
    (folder / "document.json").write_text(json_text(sheet.document), encoding="utf-8")
    (folder / "pictures").mkdir()
    for name, content in sheet.pictures.items():
        (folder / "pictures" / name).write_bytes(content)


def _compiled(folder: Path, sheet: Sheet, shelf: FontShelf) -> bytes:
    try:
        compiler = typst.Compiler(
            input=str(folder / sheet.template),
            root=str(folder),
            font_paths=shelf.faces,
        )
        made, warnings = compiler.compile_with_warnings(
            format="pdf",
            pdf_standards=[_STANDARD],
            timestamp=int(moment_of(sheet.at).timestamp()),
        )
    except typst.TypstError as error:
        raise _refused(error.diagnostic) from error
    if warnings or not isinstance(made, bytes):
        raise _refused("; ".join(str(one) for one in warnings) or "no PDF")
    return made


def _refused(met: str) -> ReportError:
    return ReportError(
        "a document that can be typeset",
        met=met,
        advice="This is a defect in a template: please report it.",
    )
