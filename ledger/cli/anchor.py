"""`jangbu anchor`: what outsiders have confirmed of a log, and when."""

from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ledger.cli.asking import day_of
from ledger.cli.documents import check_places, write_document
from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson, Folder
from ledger.encoding.digest import sha256_hex
from ledger.errors import UnreadableInputError
from ledger.files import read_bounded
from ledger.keys.token_check import TokenState
from ledger.production.anchoring import (
    Certified,
    MissingToken,
    Overview,
    ShownToken,
    anchor_document,
    overview,
    record_anchor,
)
from ledger.production.opening import SystemClock, opened
from ledger.records.identity import instant_from
from ledger.reports.anchor_sheet import anchor_sheet
from ledger.reports.fonts import read_fonts
from ledger.reports.typesetting import typeset

OPEN: Final = 3
_LARGEST: Final = 256 << 20
_AHEAD: Final = timedelta(days=180)
"""How long before a certificate expires people are told."""


class CertifiedBy(Enum):
    """Who can certify a checkpoint sheet."""

    NOTARY = "notary"
    DOCUMENT_CENTRE = "document-centre"
    OTHER = "other"


def show(folder: Folder, as_json: AsJson = False) -> None:
    """Show time tokens and anchors, and what is unstamped: 0 all there, 3 not."""

    def use_case() -> Answered:
        with opened(folder) as production:
            found = overview(production)
        now = SystemClock().now()
        _explain(found, now)
        return OPEN if found.missing else 0, _shown(found, now)

    raise typer.Exit(answer(use_case, as_json=as_json))


def export(
    folder: Folder,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The PDF; JSON goes beside it.")
    ],
    with_title: Annotated[
        bool, typer.Option(help="Print the production's title.")
    ] = False,
    font: Annotated[
        list[Path] | None, typer.Option(help="A font file for the title.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Replace files that exist.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the checkpoint sheet for a notary or document centre: one page."""

    def use_case() -> Answered:
        check_places(out, force=force)
        with opened(folder) as production:
            now = SystemClock().now()
            document = anchor_document(production, at=now, with_title=with_title)
        pdf = typeset(anchor_sheet(document), read_fonts(tuple(font or ())))
        beside = write_document(out, pdf, document, force=force)
        log = document["log"]
        say(f"Wrote {out} and {beside}: {log['size']} entries.")
        say("Once it is certified: jangbu anchor record, with the signed copy.")
        public = {key: document[key] for key in ("log", "checkpoint_sha256", "made_on")}
        return 0, public

    raise typer.Exit(answer(use_case, as_json=as_json))


def record(
    folder: Folder,
    size: Annotated[int, typer.Option(help="Entries that the certified sheet prints.")],
    authority: Annotated[CertifiedBy, typer.Option(help="Who certified it.")],
    on: Annotated[str, typer.Option(help="Day of the certificate (YYYY-MM-DD).")],
    certificate: Annotated[
        Path, typer.Option(help="The signed copy; only its digest is kept.")
    ],
    root: Annotated[
        str | None, typer.Option(help="Root that the sheet prints, to be compared.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Log that a notary or document centre certified a checkpoint."""

    def use_case() -> Answered:
        certified = Certified(
            size=size,
            authority=authority.value,
            on=day_of(on),
            certificate=_digest_of(certificate),
            root=None if root is None else "".join(root.split()).lower(),
        )
        with opened(folder) as production:
            receipt = record_anchor(production, certified)
        if receipt is None:
            say("The ledger is out of reach: the anchor waits in the outbox.")
            return 0, {"index": None, "size": size}
        say(f"Entry {receipt.index}: certified with {size} entries on {on}.")
        say("Keep the signed copy itself, unchanged, in two places: only its digest")
        say("is here, and without the copy the digest shows nothing.")
        return 0, {"index": receipt.index, "size": size, "new": receipt.new}

    raise typer.Exit(answer(use_case, as_json=as_json))


def _digest_of(path: Path) -> str:
    content = read_bounded(path, _LARGEST)
    if not content:
        raise UnreadableInputError(
            "the certificate's signed copy",
            met="an empty file",
            advice="Give the file that the certifier signed, or a scan of the paper.",
            where=str(path),
        )
    return sha256_hex(content)


def _explain(found: Overview, now: datetime) -> None:
    say(f"newest published checkpoint: {found.size} entries")
    for token in found.tokens:
        say(f"  {token.size} entries, {token.name}: {_about(token, now)}")
    for missing in found.missing:
        say(f"  unstamped by {missing.name}: {_why(missing)}", style="yellow")
    for one in found.anchors:
        anchor = one.anchor
        say(
            f"  {anchor.size} entries, anchored on {anchor.on} by {anchor.authority} "
            f"(entry {one.index})"
        )
    if not found.tokens and not found.anchors:
        say("Nobody outside has confirmed when these entries were there.")


def _about(token: ShownToken, now: datetime) -> str:
    reading = token.reading
    if reading.state is TokenState.REFUSED or reading.at is None:
        return f"refused ({reading.met})"
    text = f"at {_second(reading.at)}, {reading.state.value}"
    if reading.reason:
        text += f" ({reading.reason})"
    if reading.until is None:
        return text
    day = reading.until.date()
    if reading.expired(now):
        return f"{text}; its certificate expired on {day}, after it had been made"
    if reading.until < now + _AHEAD:
        return f"{text}; renew it before {day}, when its certificate expires"
    return text


def _why(missing: MissingToken) -> str:
    covered = f"; its newest token covers {missing.covered} entries"
    if missing.mark is None:
        return f"not asked yet{covered if missing.covered else ''}"
    return (
        f"{missing.mark.reason} since {missing.mark.since[:19]}Z"
        f"{covered if missing.covered else ''}"
    )


def _second(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _shown(found: Overview, now: datetime) -> dict[str, Any]:
    return {
        "size": found.size,
        "tokens": [
            {
                "size": one.size,
                "name": one.name,
                "state": one.reading.state.value,
                "reason": one.reading.reason,
                "at": _instant(one.reading.at),
                "expires_at": _instant(one.reading.until),
                "expired": one.reading.expired(now),
            }
            for one in found.tokens
        ],
        "unstamped": [
            {
                "name": one.name,
                "reason": "" if one.mark is None else one.mark.reason,
                "since": None if one.mark is None else one.mark.since,
                "covered": one.covered,
            }
            for one in found.missing
        ],
        "anchors": [
            {
                "index": one.index,
                "size": one.anchor.size,
                "root": one.anchor.root,
                "authority": one.anchor.authority,
                "on": one.anchor.on,
            }
            for one in found.anchors
        ],
    }


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else instant_from(moment)
