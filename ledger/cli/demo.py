"""`jangbu demo`: a small film the whole way, on an embedded database."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from ledger.answers.finding import Finding
from ledger.cli.demo_film import FilmRun, run_film
from ledger.cli.output import Answered, answer, console, say
from ledger.cli.production import AsJson
from ledger.errors import UsageError
from ledger.history.film import Film
from ledger.production.film_folder import FilmFolder, read_film_folder
from ledger.rules.outcome import Outcome
from pipeline.demo.film import FilmWriter
from pipeline.demo.pictures import count_pictures

_FRAMES: Final = 24
_SIZE: Final = "1920x1080"


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder to work in.")] = Path(
        "build/demo"
    ),
    source: Annotated[
        Path | None,
        typer.Option("--from", help="A film folder to run instead of the own one."),
    ] = None,
    frames: Annotated[
        int | None,
        typer.Option(min=1, max=2400, help=f"Frames of each shot ({_FRAMES})."),
    ] = None,
    size: Annotated[
        str | None, typer.Option(help=f"Width and height ({_SIZE}).")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes.")] = (
        os.cpu_count() or 1
    ),
    as_json: AsJson = False,
) -> None:
    """Make a small film: frames, records, answers, roll, report, evidence."""

    def use_case() -> Answered:
        folder = _film(out, source, frames, size)
        made = run_film(folder, out, workers)
        _show(out, folder, made)
        return made.verdict.exit_code, _document(made)

    raise typer.Exit(answer(use_case, as_json=as_json))


def _film(
    out: Path, source: Path | None, frames: int | None, size: str | None
) -> FilmFolder:
    if source is not None:
        if frames is not None or size is not None:
            raise UsageError(
                "either --from, or --frames and --size",
                met="both",
                advice="A film of one's own has the frames and the size that it has.",
            )
        return read_film_folder(source)
    width, height = _size(size or _SIZE)
    count = frames or _FRAMES
    writer = FilmWriter(width=width, height=height, frames=count)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("pictures", total=count_pictures(count))
        folder = writer.write(out / "film", lambda: progress.advance(task))
    _refuse_another(writer, folder, asked=(frames, size))
    return read_film_folder(folder)


def _refuse_another(
    writer: FilmWriter, folder: Path, asked: tuple[int | None, str | None]
) -> None:
    # The film may have been written by an earlier call, with other numbers.
    if any(one is not None for one in asked) and not writer.wrote(folder):
        raise UsageError(
            "the frames and the size that the folder's film has",
            met="others",
            advice="Choose another folder with --out, or leave both options out.",
            where="--frames, --size",
        )


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    value: str


def _show(out: Path, folder: FilmFolder, made: FilmRun) -> None:
    table = Table(title="What was made", title_justify="left", show_header=False)
    for row in _rows(out, folder, made):
        table.add_row(row.name, row.value)
    console.print(table)
    _show_answers(made)
    if folder.root.name == "film" and folder.root.parent == out:
        say("The film, its people and companies are fictional. Two photographs are")
        say("real (CC0); everything called generated or painted is drawn by scripts.")
    say("Evidence summary, not legal advice. 증거 요약이며 법률 자문이 아닙니다.")
    say("Try next:")
    for command in _commands(out, folder):
        say(f"  {_own_name()} {command}")


def _rows(out: Path, folder: FilmFolder, made: FilmRun) -> list[_Row]:
    rows = [
        _Row("film, as data", str(folder.root)),
        _Row("production", str(out / "production")),
        _Row(
            "sealed frames", f"{out / 'frames'} ({made.frames} in {made.shots} shots)"
        ),
        _Row("records", f"{made.records} lines"),
    ]
    if made.roll is not None:
        rows += [
            _Row("cut", f"{out / 'film.otio'} ({made.roll['frames']} record frames)"),
            _Row("credit roll", f"{out / 'roll.pdf'} ({made.roll['lines']} lines)"),
        ]
    return [
        *rows,
        _Row("audit report", str(out / "audit.pdf")),
        _Row("evidence bundle", str(out / "bundle.zip")),
        _Row("trust file", str(out / "trust.json")),
        _Row("log", f"{made.verdict.log}, {made.verdict.size} entries"),
        _Row("verdict", f"{made.verdict.state.value}; {made.verdict.pixels}"),
    ]


def _show_answers(made: FilmRun) -> None:
    table = Table(title="What the records support", title_justify="left")
    for column in ("shot", "element", "part", "answer"):
        table.add_column(column)
    for one in made.findings:
        if one.outcome is not None and one.unit in ("element", "performance"):
            table.add_row(*_answer(made.film, one), escape(_why(one.outcome)))
    console.print(table)


def _answer(film: Film, one: Finding) -> tuple[str, str, str]:
    shot = film.shots[one.shot].code if one.shot else None
    element = film.elements.get(one.element or "") or "–"
    part = "performer" if one.unit == "performance" else one.part
    return escape(shot or "–"), escape(element), part or "–"


def _why(outcome: Outcome) -> str:
    grounds = [one.value for one in outcome.reasons[:1]]
    grounds += sorted(one.value for one in outcome.tags)
    why = ", ".join([*grounds, *sorted(outcome.flags)])
    return outcome.state.value + (f" ({why})" if why else "")


def _commands(out: Path, folder: FilmFolder) -> list[str]:
    production = out / "production"
    last = folder.registry.shot[-1].code if folder.registry.shot else ""
    return [
        f"ask authorship {production}",
        f"ask authorship {production} --shot {last} --floor independent",
        f"ask chain-of-title {production}",
        f"verify {out}/bundle.zip --trust {out}/trust.json",
        f"fsck {production}",
        f"demo --from {folder.root} --out {out}-2",
    ]


def _own_name() -> str:
    """How this command can be called again: by its name if that finds it."""
    found = shutil.which("jangbu")
    called = Path(sys.argv[0])
    if found is not None and Path(found).resolve() == called.resolve():
        return "jangbu"
    return str(called)


def _document(made: FilmRun) -> dict[str, Any]:
    return {
        "log": made.verdict.log,
        "shots": made.shots,
        "frames": made.frames,
        "records": made.records,
        **({"roll": made.roll} if made.roll is not None else {}),
        "findings": [one.to_json(names=False) for one in made.findings],
        "verdict": made.verdict.to_json(),
    }


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
