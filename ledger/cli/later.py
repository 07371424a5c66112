"""Commands whose modules are imported when they are called, and not before.

Together they need every library that Jangbu has; each by itself needs a few of them,
and the list of commands needs none.
"""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command


class Later(TyperCommand):
    """A command of which only the name and what it does are known so far."""

    def __init__(self, name: str, target: str, summary: str) -> None:
        """Stand for a command.

        Args:
            name: as it is called.
            target: "module:function".
            summary: the first sentence of the function's docstring.
        """
        super().__init__(name, help=summary)
        self._target = target

    def loaded(self) -> Any:  # noqa: ANN401  # its class is typer's own business
        """The command itself."""
        module, _, function = self._target.partition(":")
        alone = typer.Typer(add_completion=False)
        alone.command(self.name)(getattr(import_module(module), function))
        return get_command(alone)

    def make_context(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401
        """Read the arguments of a call, which is then the loaded command's."""
        return self.loaded().make_context(*given, **named)


class LaterGroup(TyperGroup):
    """Commands under one word, of which one may be meant when none is named."""

    def __init__(self, name: str, summary: str, default: str | None = None) -> None:
        """Stand for a group; its commands are added by the caller.

        Args:
            name: as it is called.
            summary: what its commands have in common.
            default: the command that is meant if the word after the group's name is
                no command's.
        """
        super().__init__(name=name, help=summary, no_args_is_help=True)
        self._default = default

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """Read the arguments of a call."""
        named = args[0] if args else "--help"
        if self._default and named != "--help" and named not in self.commands:
            args = [self._default, *args]
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed
