"""The command within this process: to start another one for each call takes seconds."""

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from ledger.cli.main import app
from tests.simulators.shot_folder import Done


def jangbu_inside(*arguments: object) -> Done:
    """Call the command; its exit code, standard output and standard error."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = app([str(one) for one in arguments], standalone_mode=False)
    return Done(code or 0, out.getvalue(), err.getvalue())
