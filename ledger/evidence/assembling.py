"""Putting the verifier of one file together from its modules.

Each module of `ledger.evidence.single` imports the standard library and its own kind
only, so the file is their bodies one after another, each after those that it needs,
under one list of imports.
"""

import ast
from functools import cache
from importlib.resources import files
from typing import Final

MODULES: Final = (
    "ed25519",
    "encoding",
    "notes",
    "archive",
    "history",
    "authority",
    "naming",
    "statements",
    "frames",
    "beside",
    "tokens",
    "outside",
    "credentials",
    "checking",
    "main",
)
_PACKAGE: Final = "ledger.evidence.single"
_HEAD: Final = '''#!/usr/bin/env python3
"""Checks a Jangbu evidence bundle offline. One file, standard library only.

    python3 verify.py BUNDLE [--trust trust.json] [--since CHECKPOINT] [--media DIR]

Exit 0: verified. 3: intact, but something is open, or the origin is unknown. 4: cannot
be read. 5: failed. A verifier that came with the evidence shows little: take this file
from somebody whom you trust, or read it.

증거 묶음을 인터넷 연결 없이 검증합니다. 증거와 함께 받은 검증기는 증명력이 약하므로,
신뢰하는 곳에서 받은 파일을 쓰거나 내용을 직접 확인하십시오.

Licence: Apache-2.0.
"""
'''


@cache
def verifier_source() -> bytes:
    """The text of `verify.py`; the same bytes each time."""
    plain: set[str] = set()
    chosen: dict[str, set[str]] = {}
    bodies = []
    for name in MODULES:
        text = files(_PACKAGE).joinpath(f"{name}.py").read_text("utf-8")
        bodies.append(f"\n# --- {name} ---\n{_body(text, plain, chosen)}")
    imports = [f"import {name}" for name in sorted(plain)] + [
        f"from {module} import {', '.join(sorted(names))}"
        for module, names in sorted(chosen.items())
    ]
    return "\n".join([_HEAD, *imports, "", *bodies]).encode()


def _body(text: str, plain: set[str], chosen: dict[str, set[str]]) -> str:
    """The text without its docstring and imports, which are gathered instead."""
    lines = text.splitlines()
    dropped: set[int] = set()
    for place, node in enumerate(ast.parse(text).body):
        match node:
            case ast.Import():
                plain.update(one.name for one in node.names)
            case ast.ImportFrom(module=str(module)):
                if not module.startswith(_PACKAGE):
                    names = (one.name for one in node.names)
                    chosen.setdefault(module, set()).update(names)
            case ast.Expr(value=ast.Constant()) if place == 0:
                pass
            case _:
                continue
        dropped.update(range(node.lineno - 1, node.end_lineno or node.lineno))
    kept = [line for at, line in enumerate(lines) if at not in dropped]
    return "\n".join(kept).strip("\n") + "\n"
