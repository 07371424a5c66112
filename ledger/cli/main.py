"""The command's entry point: all sub-commands, exit codes as documented."""

import typer

from ledger.cli import demo, evidence, fsck, inspect, production, run

app = typer.Typer(
    name="jangbu",
    help="Rights, provenance and credit ledger for films made with generative AI.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
)

app.command("demo")(demo.demo)
app.command("init")(production.init)
app.command("register")(production.register_command)
app.command("run")(run.run)
app.command("bundle")(evidence.bundle)
app.command("verify")(evidence.verify)
app.command("fsck")(fsck.fsck_command)
app.command("log")(inspect.log)
app.command("disclose")(inspect.disclose_command)
app.command("erase")(production.erase)
app.command("spool")(production.spool)


def main() -> None:
    """Run the command."""
    app()
