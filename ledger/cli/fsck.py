"""`jangbu fsck`: is everything as it was logged?"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson, Folder
from ledger.errors import ForeignLogError
from ledger.evidence.fsck.audit import audit
from ledger.evidence.fsck.beside import Surroundings
from ledger.evidence.fsck.check import Holdings, fsck
from ledger.evidence.fsck.report import Report
from ledger.evidence.trust import TrustFile, read_trust
from ledger.log.note import Verifier
from ledger.production.layout import Layout
from ledger.production.opening import Production, assemble
from ledger.production.registry import read_registry
from ledger.production.storing import log_database, on_server
from ledger.store.published import PublishedLog

INTEGRITY: Final = 5


def fsck_command(
    folder: Folder,
    trust: Annotated[
        Path | None,
        typer.Option(help="A trust file that was handed over; best kept elsewhere."),
    ] = None,
    audit_only: Annotated[
        bool,
        typer.Option(
            "--audit", help="Entries and checkpoints only: fast, for every night."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Hash everything again; name what was edited, deleted, swapped, cut or added."""

    def use_case() -> Answered:
        report = _check(Layout(folder), trust, audit if audit_only else fsck)
        _explain(report)
        return 0 if report.ok else INTEGRITY, report.to_json()

    raise typer.Exit(answer(use_case, as_json=as_json))


def _check(
    layout: Layout, trust: Path | None, look: Callable[[Holdings], Report]
) -> Report:
    # Offline: the database is looked at as it is, not opened for use.
    production = assemble(layout, read_registry(layout.registry), offline=True)
    trusted = read_trust(trust or layout.trust)
    if trusted.log != production.log:
        raise ForeignLogError(
            "a trust file of this production's log",
            met=trusted.log,
            advice="Give the trust file that this production's init wrote.",
            where=str(trust or layout.trust),
        )
    with production.vault.reading():
        return look(_holdings(layout, production, trusted))


def _holdings(layout: Layout, production: Production, trusted: TrustFile) -> Holdings:
    return Holdings(
        database=log_database(layout, production.registry.ledger),
        studio=production.studio,
        log=production.log,
        verifiers=[Verifier.from_vkey(vkey) for vkey in trusted.log_vkeys],
        published=PublishedLog(layout.published),
        blobs=production.blobs,
        openings=production.vault,
        recovery=Verifier.from_vkey(trusted.recovery_vkey).public_key,
        genesis_leaf=trusted.genesis_leaf,
        graves=production.vault.graves,
        around=Surroundings(
            published=layout.published,
            keys=layout.keys,
            left=layout.database if on_server(production.registry.ledger) else None,
        ),
    )


def _explain(report: Report) -> None:
    for finding in report.findings:
        at = "" if finding.index is None else f" [{finding.index}]"
        kind = f" {finding.kind}" if finding.kind else ""
        say(f"  {finding.code.value}{at}{kind}: {finding.message}", style="red")
    for note in report.notes:
        say(f"  note: {note}")
    looked = ", ".join(f"{count} {what}" for what, count in report.checked.items())
    say(f"log {report.log}: {report.size} entries; looked at {looked}")
    say(_verdict(report), style="bold")


def _verdict(report: Report) -> str:
    if not report.ok:
        return f"{len(report.findings)} findings"
    if report.erased:
        # What nobody can check must not pass for what was checked.
        return (
            f"as logged, except {report.erased} erased statements that cannot be "
            "checked"
        )
    return "as logged"
