"""What the command prints: text for people on stderr, one JSON document on stdout.

JSON holds nothing private: no path, name or prompt. Messages for people may name them.
"""

import json
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from rich.console import Console

from ledger.errors import JangbuError

console: Final = Console(stderr=True, highlight=False, soft_wrap=True)

Answered: TypeAlias = tuple[int, Mapping[str, Any]]
"""The exit code of a command and the one JSON document that it may print."""

INTERNAL: Final = 70
INTERRUPTED: Final = 130


def print_json(document: Mapping[str, Any]) -> None:
    """Print the one document of this call."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def say(text: str, *, style: str = "") -> None:
    """Say something to a person."""
    console.print(text, style=style or None, markup=False)


def answer(use_case: Callable[[], Answered], *, as_json: bool) -> int:
    """Run a use case; print its document or its error; the exit code."""
    try:
        code, document = use_case()
    except JangbuError as error:
        say(f"jangbu: {error}", style="red")
        if as_json:
            print_json({"error": error.public()})
        return error.exit_code
    except KeyboardInterrupt:
        say("jangbu: interrupted; run the command again to go on.")
        return INTERRUPTED
    except BrokenPipeError:
        return INTERNAL
    except Exception:  # noqa: BLE001  # the last line of defence, with its own code
        say(f"jangbu: a defect in Jangbu.\n{traceback.format_exc()}", style="red")
        if as_json:
            print_json({"error": {"code": "internal"}})
        return INTERNAL
    if as_json:
        print_json(document)
    return code
