"""Whose key is where: in the production folder, or with the party alone."""

from ledger.keys.folder import party_key
from ledger.production.opening import Production
from ledger.production.registry import PartyTable


def own_key(party: PartyTable) -> bytes | None:
    """The public half of a key that only the party has; `None` if it has none."""
    return None if party.public_key is None else bytes.fromhex(party.public_key)


def public_key_of(production: Production, name: str) -> bytes:
    """The public half of a signing key by its name, wherever the private half is.

    Raises:
        MissingKeyError: there is no such key.
    """
    for party in production.registry.party:
        found = own_key(party)
        if party.uid is not None and found is not None and party_key(party.uid) == name:
            return found
    return production.keys.public_key(name)


def signs_elsewhere(production: Production, name: str) -> bool:
    """Whether a key's private half is with the party alone."""
    return any(
        party.uid is not None
        and party.public_key is not None
        and party_key(party.uid) == name
        for party in production.registry.party
    )
