"""The kinds that this program knows, and what their bodies name."""

from collections.abc import Iterator
from typing import Any

from ledger.evidence.single.encoding import demand
from ledger.evidence.single.history import History, family

KINDS = frozenset(
    {
        *("genesis.1", "key.1", "delegation.1", "rotation.1", "revocation.1"),
        *("succession.1", "party.1", "erasure.1", "shot.1", "element.1", "asset.1"),
        *("generation.1", "run.1", "version.1", "frame.set.1", "seal.set.1"),
        *("contribution.1", "engagement.1", "opinion.1", "countersignature.1"),
        *("change.1", "cut.1", "anchor.1", "hold.1", "disposition.1"),
    }
)
# Members of a body that name statements, by family: a step into a list is "*".
NAMED = {
    "generation": ("inputs/*/asset", "outputs/*"),
    "run": ("layers/*/asset", "layers/*/matte", "layers/*/generation"),
    "frame.set": ("run",),
    "seal.set": ("set",),
    "version": ("cells/*/set",),
    "change": ("before", "after"),
    "contribution": ("before/*", "after/*", "change"),
    "cut": ("versions/*",),
    "opinion": ("cut", "confirms/*"),
    "countersignature": ("of/*",),
}


def check_named(history: History, index: int, said: dict[str, Any]) -> None:
    """9.7 Whatever a body names stands before it; single statements in their place."""
    kind, body = family(said["kind"]), said["body"]
    demand((kind == "genesis") == (index == 0), f"entry {index}: a second genesis")
    if kind == "succession":
        fits = index == 1 and body["log"] != said["log"]
        demand(fits, f"entry {index}: a succession in the middle of a log")
    for path in NAMED.get(kind, ()) if body else ():
        for name in _named_at(body, path.split("/")):
            earlier = history.at.get(name, index) < index
            demand(earlier, f"entry {index}: names what is not before it")


def _named_at(value: Any, steps: list[str]) -> Iterator[Any]:
    if not steps:
        yield value
    elif steps[0] == "*":
        demand(isinstance(value, list), "a body of another form")
        for item in value:
            yield from _named_at(item, steps[1:])
    elif steps[0] in value:
        yield from _named_at(value[steps[0]], steps[1:])
