"""Which key blinds what is said of a party, made when it is first needed.

What is said of a person stands under that person's keys, so that destroying a key
erases it. Organisations cannot be erased: what is theirs is under the studio's key.
"""

from ledger.encoding.statement import STUDIO, KeyRef
from ledger.keys.folder import KeyFolder
from ledger.production.registry import PartyTable, uid_of
from ledger.vault.erasure import default_key, retained_key


def erasable_key(keys: KeyFolder, party: PartyTable) -> KeyRef:
    """The key of what may be erased: names, contributions, whose key a key is."""
    return _made(keys, party, default_key(uid_of(party)))


def kept_key(keys: KeyFolder, party: PartyTable) -> KeyRef:
    """The key of what the law makes the studio keep: contracts."""
    return _made(keys, party, retained_key(uid_of(party)))


def _made(keys: KeyFolder, party: PartyTable, reference: KeyRef) -> KeyRef:
    if party.type != "person":
        return STUDIO
    keys.make_blinding_key(reference)
    return reference
