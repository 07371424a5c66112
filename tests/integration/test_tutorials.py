"""The tutorials are run as they stand, and print what they say they print.

In a ```console block a line that starts with "$ " is a command; what follows is its
output, stdout and stderr together. `…` stands for anything within a line, and alone on
a line for any number of lines. A block such as ```toml start.toml is a file to write.

A command that ends in "&" is a server: its output is what it prints until it listens.
Ports after "127.0.0.1:" or "--port" are examples, and are replaced by free ones.

Pages that begin with the same demonstration share one: it is run once, and each page
gets a copy of what it made.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from tests.simulators.warm_command import WarmCommand

ROOT: Final = Path(__file__).parents[2]
TUTORIALS: Final = ROOT / "docs" / "tutorials"
BLOCK: Final = re.compile(
    r"^```([a-z]+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
PORT: Final = re.compile(r"(?:127\.0\.0\.1:|--port )(\d{4,5})\b")
MARK: Final = "@@@ the next command @@@"
DEMO: Final = "jangbu demo --out demo "
LANGUAGE: Final = {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}


def commands_in(page: str) -> Iterator[tuple[str, str]]:
    """Each command of the page with the output that stands below it."""
    for language, _, text in BLOCK.findall(page):
        if language == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, _, output = part.partition("\n")
                yield command, output


def write_files(page: str, folder: Path) -> None:
    for _, name, text in BLOCK.findall(page):
        if name:
            (folder / name).write_text(text, encoding="utf-8")


def with_free_ports(page: str) -> str:
    """The page with ports that nothing listens at."""
    for port in sorted(set(PORT.findall(page))):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            free = str(listening.getsockname()[1])
        page = re.sub(rf"(127\.0\.0\.1:|--port ){port}\b", rf"\g<1>{free}", page)
    return page


def line_of(command: str) -> str:
    """The command as it is run: a server is waited for until it has printed a line."""
    if not command.endswith(" &"):
        return command
    return (
        'heard=$(mktemp -p "$PWD" .heard.XXXX); '
        f'{command.removesuffix(" &")} > "$heard" 2>&1 & '
        'until grep -q "" "$heard" || ! kill -0 $!; do sleep 0.1; done; cat "$heard"'
    )


def outputs_of(commands: list[str], folder: Path, warm: WarmCommand) -> list[str]:
    """What the commands print, one after another in one shell."""
    lines = [
        "trap 'kill $(jobs -p) 2> /dev/null' EXIT",
        *(f'{line_of(one)}\nlast=$?; echo "{MARK}"; (exit $last)' for one in commands),
    ]
    own = Path(sys.executable).parent
    path = (str(warm.folder), str(own), os.environ["PATH"])
    done = subprocess.run(
        ["bash"],
        input="exec 2>&1\n" + "\n".join(lines),
        cwd=folder,
        env={**os.environ, **LANGUAGE, "PATH": os.pathsep.join(path)},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=280,
    )
    return done.stdout.split(f"{MARK}\n")[: len(commands)]


def pattern_of(expected: str) -> re.Pattern[str]:
    lines = []
    for line in expected.splitlines():
        if line == "…":
            lines.append(r"(?:[^\n]*\n)*")
        else:
            lines.append(re.escape(line).replace("…", r"[^\n]*") + r"\n")
    return re.compile("".join(lines))


class SharedDemos:
    """Demonstrations that were run once, by their commands."""

    def __init__(self, folder: Path, warm: WarmCommand) -> None:
        self._folder = folder
        self._warm = warm
        self._printed: dict[str, tuple[Path, str]] = {}

    def give(self, command: str, folder: Path) -> str:
        """Put what the command makes into the folder; return what it printed."""
        if command not in self._printed:
            own = self._folder / str(len(self._printed))
            own.mkdir()
            (printed,) = outputs_of([command], own, self._warm)
            self._printed[command] = own, printed
        made, printed = self._printed[command]
        shutil.copytree(made / "demo", folder / "demo", symlinks=True)
        return printed


@pytest.fixture(scope="module")
def warm() -> Iterator[WarmCommand]:
    with closing(WarmCommand({**os.environ, **LANGUAGE})) as command:
        yield command


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory, warm: WarmCommand) -> SharedDemos:
    return SharedDemos(tmp_path_factory.mktemp("demos"), warm)


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", sorted(TUTORIALS.glob("*.md")), ids=lambda page: page.stem
)
def test_a_tutorial_does_what_it_says(
    page: Path, demos: SharedDemos, warm: WarmCommand, tmp_path: Path
) -> None:
    text = with_free_ports(page.read_text(encoding="utf-8"))
    write_files(text, tmp_path)
    told = list(commands_in(text))
    assert told
    commands = [command for command, _ in told]
    printed = []
    if commands[0].startswith(DEMO):
        printed.append(demos.give(commands.pop(0), tmp_path))
    printed += outputs_of(commands, tmp_path, warm)
    assert len(printed) == len(told)
    for (command, expected), met in zip(told, printed, strict=True):
        assert pattern_of(expected).fullmatch(met), f"$ {command}\n{met}"


def test_the_comparison_is_not_satisfied_by_everything() -> None:
    pattern = pattern_of("first\n…\nlog …, 15 entries\n")
    assert pattern.fullmatch("first\nlog a/b, 15 entries\n")
    assert pattern.fullmatch("first\nmore\nand more\nlog a/b, 15 entries\n")
    assert not pattern.fullmatch("first\nlog a/b, 16 entries\n")
    assert not pattern.fullmatch("first\nlog a/b, 15 entries\nand more\n")
    assert not pattern_of("").fullmatch("a surprise\n")
