"""Running a film folder: production, shots, records, roll, report, bundle, verdict."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ledger.answers.asked import Asked
from ledger.answers.authorship import authorship
from ledger.answers.finding import Finding
from ledger.cli.asking import day_of
from ledger.cli.evidence import bundle_production
from ledger.cli.output import say
from ledger.cli.readers import FrameCredentials, FramePixels
from ledger.cli.record import record_raw
from ledger.cli.report import make_report
from ledger.cli.roll import make_roll, summary
from ledger.cli.run_planned import Showing, plan_shot, run_planned
from ledger.cli.run_progress import Bars, visible
from ledger.evidence.bundle import Request
from ledger.evidence.steps.media import Readers
from ledger.evidence.trust import read_trust
from ledger.evidence.verdict import Verdict
from ledger.evidence.verify import verify_bundle
from ledger.files import read_bounded
from ledger.history.film import Film
from ledger.production.accompanying import companions_of
from ledger.production.film import read_film
from ledger.production.film_folder import FilmFolder
from ledger.production.founding import found
from ledger.production.layout import Layout
from ledger.production.opening import Production, opened
from ledger.reports.audit_document import Subject
from ledger.rules.rulebook import packaged_rulebook
from pipeline.recording.lines import LARGEST_FILE
from pipeline.run.recipe import read_recipe

SAMPLE: Final = "sample:8"
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmRun:
    """What came of a film.

    Attributes:
        frames: of all shots.
        records: lines recorded.
        roll: counts of the roll; `None` if the film has no cut.
        film: as the log has it now.
        findings: about authorship.
    """

    film: Film

    shots: int
    frames: int
    records: int
    roll: Mapping[str, Any] | None
    findings: tuple[Finding, ...]
    verdict: Verdict


def run_film(folder: FilmFolder, out: Path, workers: int) -> FilmRun:
    """Run a film; what was done before is kept, and stated once.

    Raises:
        JangbuError: what stopped it; what was stated before stands.
    """
    layout = Layout(out / "production")
    if not layout.trust.exists():
        found(layout.root, folder.registry).online().engine.dispose()
    frames = _run_shots(folder, out, workers)
    records = _record(folder, layout.root)
    roll = _roll(folder, out)
    with opened(layout.root) as production:
        film = read_film(production)
        findings = _report(production, film, out)
    return FilmRun(
        film=film,
        shots=len(folder.recipes),
        frames=frames,
        records=records,
        roll=roll,
        findings=findings,
        verdict=_evidence(out),
    )


def _run_shots(folder: FilmFolder, out: Path, workers: int) -> int:
    recipes = [(path, read_recipe(path)) for path in folder.recipes]
    frames = sum(recipe.frames.count() for _, recipe in recipes)
    bars = Bars(frames, len(recipes), shown=visible(None))
    with bars.progress:
        for path, recipe in recipes:
            with opened(out / "production") as production:
                plan = plan_shot(production, recipe, path.parent)
                bars.shot(plan.code, plan.frames.count())
                run_planned(
                    production,
                    plan,
                    out=out / "frames" / _folder_name(plan.code, plan.shot),
                    span=None,
                    workers=workers,
                    showing=Showing(bars),
                )
    return frames


def _folder_name(code: str, uid: str) -> str:
    # A code is free text; what may be no file name is called by its uid.
    return code if _PLAIN.fullmatch(code) else uid[:16]


def _record(folder: FilmFolder, production: Path) -> int:
    path = folder.records
    if path is None:
        return 0
    raw = read_bounded(path, LARGEST_FILE)
    _, document = record_raw(production, raw, str(path), path.parent)
    return len(document["lines"])


def _roll(folder: FilmFolder, out: Path) -> Mapping[str, Any] | None:
    if folder.cut is None:
        return None
    with opened(out / "production") as production:
        made = make_roll(production, folder.cut, out / "roll.pdf", force=True)
    shutil.copyfile(folder.cut, out / "film.otio")
    return summary(made)


def _report(production: Production, film: Film, out: Path) -> tuple[Finding, ...]:
    asked = Asked(on=day_of(None))
    subject = Subject(question="authorship", film=film, asked=asked)
    make_report(production, subject, out / "audit.pdf", force=True)
    return authorship(film, packaged_rulebook(), asked)


def _evidence(out: Path) -> Verdict:
    bundle, trust = out / "bundle.zip", out / "trust.json"
    with opened(out / "production") as production:
        bundle_production(
            production,
            Request(frames=SAMPLE),
            bundle,
            companions=companions_of(production),
            force=True,
        )
        shutil.copyfile(production.layout.trust, trust)
    verdict = verify_bundle(
        bundle.read_bytes(),
        read_trust(trust),
        Readers(pixels=FramePixels(), credentials=FrameCredentials()),
    )
    for failure in verdict.failures:
        say(f"  FAIL  {failure.step}: {failure.error}", style="red")
    for point in verdict.open_points:
        say(f"  open  {point.reason.value}: {point.what} ({point.count})")
    return verdict
