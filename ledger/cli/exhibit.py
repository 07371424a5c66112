"""`jangbu exhibit`: a verified bundle as numbered exhibits for a court."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ledger.cli.asking import day_of
from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson
from ledger.cli.readers import FrameCredentials, FramePixels
from ledger.errors import UsageError
from ledger.evidence.archive import MAX_BYTES
from ledger.evidence.assembling import verifier_source
from ledger.evidence.exhibits import (
    LIST,
    SUMS,
    Examined,
    Heading,
    custody_document,
    examined,
    list_document,
    listed,
    sums,
    verdict_document,
)
from ledger.evidence.output import write_together
from ledger.evidence.steps.media import Readers
from ledger.evidence.trust import parse_trust
from ledger.evidence.verify import verify_bundle
from ledger.files import make_private_folder, read_bounded
from ledger.reports.exhibit_list import exhibit_sheet
from ledger.reports.fonts import Font, read_fonts
from ledger.reports.typesetting import typeset

_LONGEST_PREFIX: Final = 8
_LONGEST: Final = 200
_LARGEST_TRUST: Final = 1 << 20


def exhibit(
    file: Annotated[Path, typer.Argument(help="The bundle.")],
    trust: Annotated[
        Path, typer.Option(help="The trust file that you had before the bundle.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write.")],
    exhibit_prefix: Annotated[
        str, typer.Option(help="Whose exhibits: 갑 of the claimant, 을 of the other.")
    ] = "갑",
    title: Annotated[str, typer.Option(help="Of the case or the work.")] = "",
    custodian: Annotated[
        str, typer.Option(help="Who has kept the bundle since it was exported.")
    ] = "",
    made_on: Annotated[
        str | None, typer.Option(help="Day of the explanation (YYYY-MM-DD).")
    ] = None,
    font: Annotated[
        list[Path] | None, typer.Option(help="A font file for what you add.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Replace files that exist.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a verified bundle as numbered exhibits, explained: 0, or 3 open."""

    def use_case() -> Answered:
        heading = Heading(
            prefix=_short(exhibit_prefix, "--exhibit-prefix", _LONGEST_PREFIX),
            title=_short(title, "--title", _LONGEST),
            custodian=_short(custodian, "--custodian", _LONGEST),
            made_on="" if made_on is None else str(day_of(made_on)),
        )
        raw = read_bounded(file, MAX_BYTES)
        trusted = read_bounded(trust, _LARGEST_TRUST)
        readers = Readers(pixels=FramePixels(), credentials=FrameCredentials())
        found = examined(raw, verify_bundle(raw, parse_trust(trusted), readers))
        document, files = exhibits(found, trusted, heading, read_fonts(font or ()))
        make_private_folder(out)
        named = {out / name: [content] for name, content in files.items()}
        write_together(named, overwrite=force)
        for row in document["exhibits"]:
            say(f"{row['label']}  {row['file']}")
        say(f"Wrote {len(files)} files to {out}.")
        if found.verdict.open_points:
            say(
                f"{len(found.verdict.open_points)} open points stand on the first page."
            )
        return found.verdict.exit_code, {
            "state": document["state"],
            "log": document["log"],
            "exhibits": [
                {key: row[key] for key in ("words", "sha256", "bytes")}
                for row in document["exhibits"]
            ],
        }

    raise typer.Exit(answer(use_case, as_json=as_json))


def exhibits(
    found: Examined, trust: bytes, heading: Heading, fonts: tuple[Font, ...]
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The explanation of evidence as a document, and all files by name."""
    verdict, custody = (
        typeset(exhibit_sheet(document), fonts)
        for document in (
            verdict_document(found, heading),
            custody_document(found, heading),
        )
    )
    rows = listed(found, heading, (verifier_source(), trust), (verdict, custody))
    document = list_document(found, heading, rows)
    files = {one.file_name(heading.prefix): one.content for one in rows}
    files[LIST] = typeset(exhibit_sheet(document), fonts)
    files[SUMS] = sums(files)
    return document, files


def _short(text: str, where: str, longest: int) -> str:
    if len(text) <= longest and "/" not in text and "\0" not in text:
        return text
    raise UsageError(
        f"at most {longest} characters without a slash",
        met=f"{len(text)} characters",
        advice="Shorten it.",
        where=where,
    )
