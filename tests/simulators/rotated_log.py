"""Rotating the keys of a log in memory, also in ways that no honest log admits."""

from typing import Any

from ledger.encoding.statement import Composed
from ledger.log.tree import leaf_hash, root_of
from ledger.records.identity import as_digest
from tests.simulators.stated_log import StatedLog

OWN = ("log", "recovery", "studio")


def next_keys(log: StatedLog, generation: int = 2) -> dict[str, Any]:
    """Make the keys of a generation under names such as `log 2`; as a body has them."""
    for name in OWN:
        log.make_key(f"{name} {generation}")
    log_key, recovery, studio = (
        as_digest(log.public(f"{name} {generation}").hex()) for name in OWN
    )
    return {
        "log_key": log_key,
        "recovery_key": recovery,
        "admission_roots": [studio],
    }


def point(log: StatedLog, size: int | None = None) -> dict[str, Any]:
    """The log at a size, or as it is now."""
    leaves = [leaf_hash(raw) for raw in log.log.raw_entries[:size]]
    return {"size": len(leaves), "root": root_of(leaves).hex()}


def rotate(
    log: StatedLog, generation: int = 2, *, by: str = "recovery", **other: object
) -> Composed:
    """State a rotation, and let the log sign with the new keys from then on.

    The keys before stay under names such as `log 1`.
    """
    body = {
        **next_keys(log, generation),
        "reason": "scheduled",
        "continues": point(log),
        **other,
    }
    composed = log.compose("rotation.1", body)
    signer = log.keys[by]
    for name in OWN:
        log.keys[f"{name} {generation - 1}"] = log.keys[name]
        log.keys[name] = log.keys[f"{name} {generation}"]
    log.keys["signer"] = signer
    return log.admit(composed, by="signer")
