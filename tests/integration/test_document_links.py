"""Every link of the documents leads somewhere: to a file, and to a heading in it."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
LINK: Final = re.compile(r"\[[^\]\n]*(?:\n[^\]\n]*)?\]\(([^()\s]+)\)")
FENCE: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def documents() -> Iterator[Path]:
    yield from sorted(ROOT.glob("*.md"))
    yield from sorted((ROOT / "docs").rglob("*.md"))


def anchors_of(page: str) -> set[str]:
    """Headings as their anchors, made as code hosts make them."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", FENCE.sub("", page), re.MULTILINE):
        kept = "".join(
            letter
            for letter in heading.strip().lower()
            if letter.isalnum() or letter in " -_"
        )
        found.add(kept.replace(" ", "-"))
    return found


def ignored(path: Path) -> bool:
    check = ["git", "check-ignore", "--quiet", str(path)]
    return subprocess.run(check, cwd=ROOT, check=False).returncode == 0


def broken(page: Path, target: str) -> bool:
    name, _, anchor = target.partition("#")
    aim = (page.parent / name).resolve() if name else page
    if not aim.is_relative_to(ROOT) or not aim.exists() or ignored(aim):
        return True
    if aim.is_dir():  # a checkout has no empty folders
        return not any(one.is_file() for one in aim.rglob("*"))
    return bool(anchor) and anchor not in anchors_of(aim.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "page", list(documents()), ids=lambda page: page.relative_to(ROOT).as_posix()
)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    links = [one for one in LINK.findall(text) if "://" not in one]
    assert [one for one in links if broken(page, one)] == []


def test_a_link_to_nowhere_is_found() -> None:
    page = ROOT / "README.md"
    assert broken(page, "docs/no-such-page.md")
    assert broken(page, "LICENSE#no-such-heading")
    assert broken(page, "../outside.md")
    assert not broken(page, "#map")
