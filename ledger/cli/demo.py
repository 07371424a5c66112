"""`jangbu demo`: one real shot, all the way to a bundle that a stranger can verify."""

import os
import shutil
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table

from ledger.cli.evidence import bundle_production
from ledger.cli.output import answer, console, say
from ledger.cli.production import AsJson
from ledger.cli.readers import FrameCredentials, FramePixels
from ledger.cli.run import plan_shot, report, run_planned
from ledger.errors import UsageError
from ledger.evidence.bundle import Request
from ledger.evidence.steps.media import Readers
from ledger.evidence.trust import read_trust
from ledger.evidence.verdict import Verdict
from ledger.evidence.verify import verify_bundle
from ledger.production.founding import found
from ledger.production.layout import Layout
from ledger.production.opening import opened
from ledger.production.registry import parse_registry
from pipeline.demo.material import write_shot
from pipeline.run.recipe import read_recipe

REGISTRY = """
[production]
title = "The Room (fictional demonstration)"
domain = "jangbu.invalid"

[[party]]
type = "organisation"
name = "Example Pictures (fictional)"

[[party]]
type = "person"
name = "김하나 (가공인물)"

[[element]]
name = "interior"

[[element]]
name = "cat"

[[shot]]
code = "SQ010_0010"
"""


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder to work in.")] = Path(
        "build/demo"
    ),
    frames: Annotated[int, typer.Option(min=1, max=2400, help="Frames.")] = 24,
    size: Annotated[str, typer.Option(help="Width and height.")] = "1920x1080",
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes.")] = (
        os.cpu_count() or 1
    ),
    as_json: AsJson = False,
) -> None:
    """Make a small production, run one shot, bundle it and verify the bundle."""

    def use_case() -> tuple[int, Mapping[str, Any]]:
        return _demonstrate(out, frames, _size(size), workers)

    raise typer.Exit(answer(use_case, as_json=as_json))


def _demonstrate(
    out: Path, frames: int, size: tuple[int, int], workers: int
) -> tuple[int, Mapping[str, Any]]:
    layout = Layout(out / "production")
    if not layout.trust.exists():
        found(layout.root, parse_registry(REGISTRY.encode(), "the demonstration"))
    recipe = _shot(out / "shot", size, frames)
    with opened(layout.root) as production:
        plan = plan_shot(production, read_recipe(recipe), recipe.parent)
        result = run_planned(
            production, plan, out=out / "frames", span=None, workers=workers
        )
        bundle = out / "bundle.zip"
        bundle_production(production, Request(frames="sample:4"), bundle, force=True)
    trust = out / "trust.json"
    shutil.copyfile(layout.trust, trust)
    verdict = verify_bundle(
        bundle.read_bytes(),
        read_trust(trust),
        Readers(pixels=FramePixels(), credentials=FrameCredentials()),
    )
    _show(out, verdict, plan.frames.count())
    return verdict.exit_code, {**report(plan, result), "verdict": verdict.to_json()}


def _shot(folder: Path, size: tuple[int, int], frames: int) -> Path:
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("pictures", total=2 * frames)
        now = datetime.now(UTC)
        recipe = write_shot(folder, size, frames, now, lambda: progress.advance(task))
    if read_recipe(recipe).frames.count() != frames:
        raise UsageError(
            "the number of frames that the folder's shot has",
            met=f"{frames}",
            advice="Choose another folder with --out, or leave --frames as it was.",
            where="--frames",
        )
    return recipe


def _show(out: Path, verdict: Verdict, frames: int) -> None:
    table = Table(title="What was made", title_justify="left", show_header=False)
    table.add_row("sealed frames", f"{out / 'frames'} ({frames} PNG)")
    table.add_row("production", str(out / "production"))
    table.add_row("evidence bundle", str(out / "bundle.zip"))
    table.add_row("trust file", str(out / "trust.json"))
    table.add_row("log", f"{verdict.log}, {verdict.size} entries")
    table.add_row("verdict", f"{verdict.state.value}; {verdict.pixels}")
    console.print(table)
    say("The photograph is real (a cat, CC0); the green field, the interior, the title")
    say("and all names are synthetic. Try next:")
    jangbu = _own_name()
    verify = f"{jangbu} verify {out}/bundle.zip --trust {out}/trust.json"
    for command in (
        verify,
        f"{verify} --media {out}/frames",
        f"{jangbu} fsck {out}/production",
        f"{jangbu} run {out}/shot/recipe.toml -p {out}/production --out {out}/frames",
    ):
        say(f"  {command}")


def _own_name() -> str:
    """How this command can be called again: by its name if that finds it."""
    found = shutil.which("jangbu")
    called = Path(sys.argv[0])
    if found is not None and Path(found).resolve() == called.resolve():
        return "jangbu"
    return str(called)


def _size(text: str) -> tuple[int, int]:
    width, cross, height = text.lower().partition("x")
    if cross and width.isdigit() and height.isdigit():
        size = (int(width), int(height))
        if all(64 <= side <= 8192 for side in size):
            return size
    raise UsageError(
        "a size such as 1920x1080, each side 64 to 8192",
        met=text,
        advice="Give width and height.",
        where="--size",
    )
