"""`LOCK`: the digests of released policy files, which are never edited again.

    python -m ledger.rules.lock policies

prints the lines for what is there.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from ledger.rules.errors import MalformedPolicyError, ReleasedPolicyError
from ledger.rules.folder import read_policies
from ledger.rules.policy import Policy

NAME: Final = "LOCK"
_LINE: Final = re.compile(r"([0-9a-f]{64})  ([a-z0-9.-]+) ([1-9][0-9]{0,3})")


def read_lock(raw: bytes) -> dict[tuple[str, int], str]:
    """Digests of released versions, by id and version."""
    found: dict[tuple[str, int], str] = {}
    for number, line in enumerate(raw.splitlines(), 1):
        match = _LINE.fullmatch(line.decode("ascii", errors="replace"))
        if match is None or (match[2], int(match[3])) in found:
            raise MalformedPolicyError(
                "a line `<sha256>  <id> <version>`, each version once",
                met="another line" if match is None else f"{match[2]} {match[3]} again",
                advice="`python -m ledger.rules.lock policies` prints the lines.",
                where=f"{NAME} line {number}",
            )
        found[match[2], int(match[3])] = match[1]
    return found


def check_lock(
    policies: Sequence[Policy], locked: Mapping[tuple[str, int], str]
) -> None:
    """Refuse a released version that was edited or taken away."""
    present = {(policy.id, policy.version): policy for policy in policies}
    for (identity, version), digest in locked.items():
        policy = present.get((identity, version))
        if policy is None or policy.digest != digest:
            raise ReleasedPolicyError(
                f"{identity} {version} as it was released",
                met="nothing" if policy is None else f"the digest {policy.digest}",
                advice="Put the released file back, and write a new version beside it.",
                where=NAME if policy is None else policy.file,
            )


def lock_text(policies: Sequence[Policy]) -> str:
    """The lines of `LOCK` for these versions."""
    return "".join(f"{one.digest}  {one.id} {one.version}\n" for one in policies)


def main() -> None:
    """Print the lines of `LOCK` for the policies of a folder."""
    sys.stdout.write(lock_text(read_policies(Path(sys.argv[1]))))


if __name__ == "__main__":
    main()
