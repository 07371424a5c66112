"""Errors of typesetting: its fonts and glyphs."""

from ledger.errors import LedgerError


class ReportError(LedgerError):
    """A document cannot be typeset."""

    code = "report"
    exit_code = 7


class MissingFontError(ReportError):
    """The package of Korean fonts is missing or damaged."""

    code = "report.font"


class MissingGlyphError(ReportError):
    """No font has a glyph for a character of the text."""

    code = "report.glyph"
    exit_code = 4
