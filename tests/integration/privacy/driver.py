"""Runs commands one after the other in one process, as starting Python takes longest.

Commands come as JSON lists on stdin; what each printed goes to a file named as the
argument, so that whatever a library writes past Python to stdout stays visible there.
"""

import contextlib
import io
import json
import os
import sys
from pathlib import Path

from ledger.cli.main import app


def run(arguments: list[str]) -> dict[str, object]:
    out, err = io.StringIO(), io.StringIO()
    code: object = None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            app(arguments)
        except SystemExit as ended:
            code = ended.code
    return {"code": code, "out": out.getvalue(), "err": err.getvalue()}


def main() -> None:
    os.umask(0)
    answers = [run(arguments) for arguments in json.load(sys.stdin)]
    Path(sys.argv[1]).write_text(json.dumps(answers), "utf-8")


if __name__ == "__main__":
    main()
