"""A film folder whose shots were run: what is recorded of it is up to each test."""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.answers.asked import Asked
from ledger.answers.authorship import authorship
from ledger.answers.finding import Finding
from ledger.answers.title import chain_of_title
from ledger.cli.record import record_raw
from ledger.cli.run_planned import plan_shot, run_planned
from ledger.history.film import Film
from ledger.production.film import read_film
from ledger.production.film_folder import read_film_folder
from ledger.production.founding import found
from ledger.production.opening import Production, opened
from ledger.production.registering import register
from ledger.production.registry import uid_of
from ledger.records.identity import as_day
from ledger.rules.rulebook import packaged_rulebook
from ledger.rules.values import Strength
from pipeline.run.recipe import read_recipe

ON = as_day("2026-11-22")
Line = dict[str, Any]
Answers = dict[str, str]
"""By shot, element and part, or by party: state, first reason, tags and flags."""


@dataclass(frozen=True, slots=True)
class ShotFilm:
    """A film folder, `film`, and its `production`, in one folder."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / "film"

    @property
    def production(self) -> Path:
        return self.root / "production"

    @property
    def lines(self) -> list[Line]:
        """The film's own records."""
        text = (self.folder / "records.jsonl").read_text("utf-8")
        return [json.loads(line) for line in text.splitlines()]

    # --- making ---------------------------------------------------------------------

    def shoot(self) -> "ShotFilm":
        """Found the production and run every shot."""
        film = read_film_folder(self.folder)
        found(self.production, film.registry).online().engine.dispose()
        for recipe in film.recipes:
            self.run(recipe)
        return self

    def run(self, path: Path) -> None:
        """Run one recipe."""
        recipe = read_recipe(path)
        with opened(self.production) as production:
            plan = plan_shot(production, recipe, path.parent)
            out = self.root / "frames" / recipe.shot.code
            run_planned(production, plan, out=out, span=None, workers=1)

    def copy(self, root: Path) -> "ShotFilm":
        """The production again, for changes; pictures are shared, as links."""
        shutil.copytree(self.production, root / "production")
        (root / "film").mkdir(parents=True)
        for path in self.folder.iterdir():
            link = root / "film" / path.name
            if path.is_dir():
                link.symlink_to(path, target_is_directory=True)
            else:
                shutil.copyfile(path, link)
        return ShotFilm(root)

    def edit(self, path: str, change: Callable[[str], str]) -> None:
        """Edit a text file in the folder."""
        file = self.root / path
        text = file.read_text("utf-8")
        edited = change(text)
        assert edited != text, path
        file.write_text(edited, "utf-8")

    def register(self, change: Callable[[str], str]) -> None:
        """Edit the production's registry, and state what changed."""
        self.edit("production/production.toml", change)
        with opened(self.production) as production:
            register(production)

    def record(self, lines: Iterable[Line]) -> "ShotFilm":
        """Record lines whose paths start in the film's folder."""
        raw = b"".join(json.dumps(one).encode() + b"\n" for one in lines)
        code, _ = record_raw(self.production, raw, "records.jsonl", self.folder)
        assert code == 0
        return self

    @contextmanager
    def opened(self) -> Iterator[Production]:
        with opened(self.production) as production:
            yield production

    # --- asking ---------------------------------------------------------------------

    def read(self) -> Film:
        with opened(self.production) as production:
            return read_film(production)

    def findings(self, floor: Strength = Strength.ANY) -> tuple[Finding, ...]:
        """All findings about authorship, then those about title."""
        return _findings(self.read(), floor)

    def finding(self, key: str) -> Finding:
        """The one finding of this key, as in `answers`."""
        handles = self.handles()
        (one,) = [one for one in self.findings() if _key(one, handles) == key]
        return one

    def answers(self, floor: Strength = Strength.ANY) -> Answers:
        """What the records support, element by element and party by party."""
        handles = self.handles()
        told: Answers = {}
        for one in self.findings(floor):
            key = _key(one, handles)
            assert key not in told, key
            told[key] = _said(one)
        return told

    def handles(self) -> Mapping[str, str]:
        """Handles of parties by uid; the name of whoever has none."""
        with opened(self.production) as production:
            rows = production.registry.party
            return {str(uid_of(one)): one.handle or one.name for one in rows}


def _findings(film: Film, floor: Strength) -> tuple[Finding, ...]:
    asked, rulebook = Asked(on=ON, floor=floor), packaged_rulebook()
    title = chain_of_title(film, rulebook, asked)
    return (*authorship(film, rulebook, asked), *title)


def _key(one: Finding, handles: Mapping[str, str]) -> str:
    if one.unit == "title":
        return f"title/{handles.get(one.party or '', 'nobody')}"
    if one.unit == "arrangement":
        return "cut"
    code, element = one.names[one.shot or ""], one.names[one.element or ""]
    part = "performer" if one.unit == "performance" else one.part or "unseen"
    return f"{code}/{element}/{part}"


def _said(one: Finding) -> str:
    why = "".join(f": {reason.value}" for reason in _reasons(one)[:1])
    tags = "".join(f" ({tag})" for tag in sorted(tag.value for tag in one.tags))
    flags = "".join(f" [{flag}]" for flag in sorted(one.flags))
    return one.state.value + why + tags + flags


def _reasons(one: Finding) -> tuple[Any, ...]:
    return one.outcome.reasons if one.outcome else ()
