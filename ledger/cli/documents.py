"""Writing a PDF and the JSON document that it was made from, beside each other."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ledger.errors import UsageError
from ledger.evidence.output import OutputExistsError, write_together
from ledger.reports.json_text import json_text


def check_places(out: Path, *, force: bool) -> Path:
    """Where the JSON goes, before any work is done.

    Raises:
        UsageError: `out` does not end in `.pdf`.
        OutputExistsError: one of the two is there, and is not to be replaced.
    """
    if out.suffix.lower() != ".pdf":
        raise UsageError(
            "a file name that ends in .pdf",
            met=out.name,
            advice="Name the PDF; its JSON is written beside it.",
            where="--out",
        )
    beside = out.with_suffix(".json")
    for path in (out, beside):
        if not force and path.exists():
            raise OutputExistsError(
                "a path where no file is yet",
                met="a file",
                advice="Choose another name, or give --force.",
                where=str(path),
            )
    return beside


def write_document(
    out: Path, pdf: bytes, document: Mapping[str, Any], *, force: bool
) -> Path:
    """Write both with mode 0600, or neither; where the JSON is."""
    beside = check_places(out, force=force)
    # The JSON first: a PDF is never there without the document that it shows.
    files = {beside: [json_text(document).encode()], out: [pdf]}
    write_together(files, overwrite=force)
    return beside
