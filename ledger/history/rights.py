"""Who may use a verb on another party's statement (protocol 11).

A decision about values: the caller has opened who speaks, for the new statement and
for its target, and has looked up whether the key's delegation covers {kind, verb}.
"""

from collections.abc import Iterable

from ledger.errors import NotPermittedError
from ledger.records.statement import Verb


def may(verb: Verb, by_party: str, target_party: str, *, granted: bool) -> None:
    """Refuse an act that its author has no right to.

    Args:
        verb: what the statement does to its target.
        by_party: uid of the party that the signing key speaks for.
        target_party: uid of the party that the target's key spoke for.
        granted: whether a delegation covers the statement's kind and the verb for
            that key, at the index where the statement would stand.

    Raises:
        NotPermittedError: no grant, or the wrong party for the verb.
    """
    # 1. Whatever the verb: a key does only what was delegated to it.
    if not granted:
        raise NotPermittedError(
            "a delegation of the key for this kind and verb",
            met="none at this point of the log",
            advice="Ask an admission root to delegate it, then submit again.",
            where="/act/verb",
            verb=verb,
        )
    same_party = by_party == target_party
    match verb:
        case "supersede":
            # 2. The grant is the right: also over what others said.
            return
        case "correct" | "withdraw":
            # 3. Only who said it may take it back.
            if not same_party:
                raise _refusal(
                    verb,
                    "the party that made the statement",
                    "Dispute the statement, or supersede it with a delegation.",
                )
        case "dispute":
            # 4. Nobody disputes themselves: that would hide a correction.
            if same_party:
                raise _refusal(
                    verb,
                    "a party other than the one that made the statement",
                    "Correct or withdraw the statement.",
                )


def check_countersigned(by_party: str, target_parties: Iterable[str]) -> None:
    """Refuse a countersignature that confirms its own party's words.

    Raises:
        NotPermittedError.
    """
    if by_party in target_parties:
        raise NotPermittedError(
            "a countersignature of what another party stated",
            met="one of its own party's statement",
            advice="Have another party confirm it; one's own word needs no second.",
            where="/body/of",
        )


def _refusal(verb: Verb, expected: str, advice: str) -> NotPermittedError:
    return NotPermittedError(
        expected,
        met="another party's statement" if verb != "dispute" else "its own statement",
        advice=advice,
        where="/act/verb",
        verb=verb,
    )
