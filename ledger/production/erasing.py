"""Erasing a person: keys, values, registry row, outbox copies; then the statement.

Order: the outbox is emptied first, since a parcel whose blinds are destroyed could
never be checked; then the registry row, the keys and the values; the log gets an
`erasure` that names nobody. Run again after a crash, it finishes and counts the same.

Statements about the person alone (`party`) go whole. In others only the values that
name the person go (who contributed, who asked, whose a key is): they stay provable,
here and in the outbox. The person's signing key goes, too; its delegation is not
withdrawn, as the withdrawal would tell which key was the erased person's.
"""

from ledger.encoding.statement import Draft
from ledger.errors import ProductionError
from ledger.keys.folder import party_key
from ledger.production.opening import Production
from ledger.production.registry import write_registry
from ledger.records.identity import Uid, as_token, as_uid
from ledger.vault.erasure import ErasureReport, default_key


def erase_person(production: Production, uid: str, basis: str) -> ErasureReport:
    """Destroy what may be destroyed about a person.

    Args:
        production: an opened production, online.
        uid: of the party.
        basis: why, a token such as `pipa-36`.

    Raises:
        ProductionError: the uid is not a person's, now or before.
    """
    person = as_uid(uid, "the uid of the person")
    token = as_token(basis, "--basis")
    _check_person(production, person)
    production.recorder.flush()
    # Asked before the vault forgets: what was refused waits in the outbox for ever.
    theirs = production.vault.blinded_by(default_key(person))
    production.recorder.outbox.forget(theirs)
    kept = tuple(one for one in production.registry.party if one.uid != person)
    if kept != production.registry.party:
        registry = production.registry.model_copy(update={"party": kept})
        write_registry(production.layout.registry, registry)
    production.keys.destroy_signing_key(party_key(person))
    report = production.vault.erase_person(person, production.keys.destroy_blinding_key)
    statement = production.recorder.compose(
        Draft(
            log=production.log,
            kind="erasure.1",
            key=production.recorder.machine_key(
                "erasure.1", [person, token, report.count, report.holds]
            ),
            body={"basis": token, "count": report.count, "holds": report.holds},
        )
    )
    production.recorder.record([statement], "studio")
    return report


def _check_person(production: Production, uid: Uid) -> None:
    listed = [one for one in production.registry.party if one.uid == uid]
    if any(one.type != "person" for one in listed):
        raise ProductionError(
            "the uid of a person",
            met="an organisation's",
            advice="Only what is personal can be erased.",
            where="production.toml: party",
        )
    # A row may be gone, by hand or by an erasure that was interrupted after it.
    kept = production.vault.statements_of(default_key(uid))
    if not listed and not kept and not production.vault.was_erased(uid):
        raise ProductionError(
            "the uid of a person in production.toml",
            met="an unknown uid",
            advice="Copy the uid from the person's [[party]] in production.toml.",
            where="production.toml: party",
        )
