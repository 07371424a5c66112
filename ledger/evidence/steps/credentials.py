"""Part of step 15: what the reading of a content credential comes to."""

from collections.abc import Mapping

from ledger.encoding.canonical import JsonValue
from ledger.ports import CredentialReading

# What a C2PA reader says of an intact file whose signer it cannot vouch for (now).
_SIGNER_CODES = frozenset({"signingCredential.untrusted", "signingCredential.expired"})


def is_intact(reading: CredentialReading) -> bool:
    """Whether a file is as it was signed, whoever signed it."""
    match reading.state:
        case "trusted" | "valid":
            return True
        case "invalid":
            return bool(reading.codes) and _SIGNER_CODES.issuperset(reading.codes)
        case _:
            return False


def inputs_of(said: Mapping[str, JsonValue]) -> list[tuple[JsonValue, JsonValue]]:
    """Layer and digest of each input that an assertion names."""
    inputs = said.get("inputs")
    if not isinstance(inputs, list):
        return []
    return [
        (one.get("layer", -1), one.get("file", ""))
        if isinstance(one, dict)
        else ("", "")
        for one in inputs
    ]
