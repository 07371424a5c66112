"""Every command, argument and option stands in docs/reference/commands.md.

It fails, and is not skipped, while the command or the page is missing.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from ledger.cli.command_table import COMMANDS
from ledger.cli.later import Later
from ledger.cli.main import app
from tests.architecture.sources import ROOT

PAGE = ROOT / "docs" / "reference" / "commands.md"
SECTION = re.compile(
    r"^## `jangbu ([a-z -]+)`\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL
)


def commands() -> dict[str, list[str]]:
    """Each command with the names of its arguments and options."""
    return dict(_walk(get_command(app), ()))


def _walk(
    command: Any,  # noqa: ANN401  # click's class is typer's own business
    path: tuple[str, ...],
) -> Iterator[tuple[str, list[str]]]:
    command = command.loaded() if isinstance(command, Later) else command
    children = getattr(command, "commands", {})
    if path and not children:
        yield " ".join(path), [_shown(one) for one in command.params if not one.hidden]
    for name, child in children.items():
        yield from _walk(child, (*path, name))


def _shown(parameter: Any) -> str:  # noqa: ANN401
    long = [name for name in parameter.opts if name.startswith("--")]
    return long[0] if long else str(parameter.metavar or parameter.opts[0])


def sections() -> dict[str, str]:
    return dict(SECTION.findall(PAGE.read_text(encoding="utf-8")))


def test_every_command_has_a_section_and_no_section_is_left_over() -> None:
    assert set(sections()) == set(commands())


def test_every_argument_and_option_is_named_in_its_commands_section() -> None:
    shown = sections()
    missing = [
        (command, name)
        for command, names in commands().items()
        for name in names
        if name != "--help" and name.lower() not in shown[command].lower()
    ]
    assert missing == []


def test_a_command_is_listed_with_its_own_first_sentence() -> None:
    for name, (target, summary) in COMMANDS.items():
        own = Later(name, target, summary).loaded().help
        assert own.split("\n\n")[0] == summary, name


def test_the_list_of_commands_imports_no_command() -> None:
    script = "import sys, ledger.cli.main; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    heavy = {"sqlalchemy", "numpy", "pydantic", "typst", "c2pa", "opentimelineio"}
    assert heavy.isdisjoint(ran.stdout.split())


def test_the_page_says_what_each_exit_code_means() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for code in (0, 1, 2, 3, 4, 5, 6, 7, 70, 130):
        assert re.search(rf"^\| {code} \|", page, re.MULTILINE), code
