"""Erasing a person: keys, values, registry row, outbox copies; then the statement.

Order: holds are looked at first, since a person under one is not touched. The outbox is
emptied next, since a parcel whose blinds are destroyed could never be checked; then the
registry row, the keys and the values; the log gets an `erasure` that names nobody. Run
again after a crash, it finishes and counts the same.

Statements about the person alone (`party`) go whole. In others only the values that
name the person go (who contributed, who asked, whose a key is): they stay provable,
here and in the outbox. The person's signing key goes, too; its delegation is not
withdrawn, as the withdrawal would tell which key was the erased person's.

What had to be kept (`person/<uid>/retained`) is a second erasure of its own, for when
its time is over. A hold on a shot or an element keeps what is said in it; when it is
released, erasing again destroys that as well.
"""

from ledger.encoding.statement import Draft
from ledger.errors import MalformedRecordError, ProductionError
from ledger.keys.folder import party_key
from ledger.production.holding import (
    Hold,
    holds_in_force,
    refuse_if_held,
    scoped_ids,
    statements_held,
)
from ledger.production.opening import Production
from ledger.production.registry import uid_of, write_registry
from ledger.records.identity import Token, Uid, as_token, as_uid
from ledger.vault.erasure import ErasureReport, Extent, default_key, retained_key
from ledger.vault.held import Held
from ledger.vault.names import NAMES


def erase_person(
    production: Production, reference: str, basis: str, *, retained: bool = False
) -> ErasureReport:
    """Destroy what may be destroyed about a person.

    Args:
        production: an opened production, online.
        reference: the person's handle or uid; of somebody erased before, the uid.
        basis: why, a token such as `pipa-36`.
        retained: what had to be kept, and not what may go at any time.

    Raises:
        ProductionError: it is not a person's, now or before.
        HeldEvidenceError: a hold on the person is in force; nothing was touched.
    """
    person = _called(production, reference)
    token = as_token(basis, "--basis")
    _check_person(production, person, retained=retained)
    production.recorder.flush()
    holds = holds_in_force(production)
    refuse_if_held(holds, person)
    theirs = retained_key(person) if retained else default_key(person)
    # Asked before the vault forgets: what was refused waits in the outbox for ever.
    production.recorder.outbox.forget(production.vault.blinded_by(theirs))
    if not retained:
        _forget_in_folder(production, person)
    # The index of names is made again when somebody searches; tokens in older copies
    # of the vault tell nothing without this key.
    production.keys.destroy_blinding_key(NAMES)
    report = _destroy(production, person, holds, retained=retained)
    _state(production, person, token, report, retained=retained)
    return report


def _forget_in_folder(production: Production, person: Uid) -> None:
    kept = tuple(one for one in production.registry.party if one.uid != person)
    if kept != production.registry.party:
        registry = production.registry.model_copy(update={"party": kept})
        write_registry(production.layout.registry, registry)
    production.keys.destroy_signing_key(party_key(person))


def _destroy(
    production: Production, person: Uid, holds: tuple[Hold, ...], *, retained: bool
) -> ErasureReport:
    keys = production.keys
    in_force = scoped_ids(holds)
    report = production.vault.erase_person(
        person,
        keys.destroy_blinding_key,
        Extent(
            retained=retained,
            held=Held(
                by=statements_held(production, holds), make_key=keys.make_blinding_key
            ),
            in_force=in_force,
        ),
    )
    # A death may have left keys under which nothing is sealed any more.
    for reference in keys.held_keys(person):
        if reference.rpartition("/")[2] not in in_force:
            keys.destroy_blinding_key(reference)
    return report


def erasure_key(
    production: Production, person: str, body: tuple[str, int, int], *, retained: bool
) -> str:
    """The key of the `erasure` of somebody: who has the uid can tell whose it is.

    Args:
        production: an opened production.
        person: uid.
        body: basis, count and holds, as the statement says them.
        retained: whether it was the second erasure.
    """
    whom = f"{person}/retained" if retained else person
    return production.recorder.machine_key("erasure.1", [whom, *body])


def _state(
    production: Production,
    person: Uid,
    token: Token,
    report: ErasureReport,
    *,
    retained: bool,
) -> None:
    told = (token, report.count, report.holds)
    statement = production.recorder.compose(
        Draft(
            log=production.log,
            kind="erasure.1",
            key=erasure_key(production, person, told, retained=retained),
            body={"basis": token, "count": report.count, "holds": report.holds},
        )
    )
    production.recorder.record([statement], "studio")


def _called(production: Production, reference: str) -> Uid:
    """Whose handle or uid it is; a name would be too easily somebody else's."""
    for one in production.registry.party:
        if reference == one.handle:
            return uid_of(one)
    try:
        return as_uid(reference)
    except MalformedRecordError as error:
        raise ProductionError(
            "the handle or the uid of a person in production.toml",
            met=repr(reference),
            advice="The uid stands in the person's [[party]] in production.toml. "
            "Somebody who was erased before is known by it alone.",
            where="production.toml: party",
        ) from error


def _check_person(production: Production, uid: Uid, *, retained: bool) -> None:
    listed = [one for one in production.registry.party if one.uid == uid]
    if any(one.type != "person" for one in listed):
        raise ProductionError(
            "the uid of a person",
            met="an organisation's",
            advice="Only what is personal can be erased.",
            where="production.toml: party",
        )
    # A row may be gone, by hand or by an erasure that was interrupted after it.
    vault = production.vault
    own = retained_key(uid) if retained else default_key(uid)
    known = listed or vault.statements_of(own)
    if not known and not vault.was_erased(uid, retained=retained):
        raise ProductionError(
            "the uid of a person in production.toml",
            met="an unknown uid",
            advice="Copy the uid from the person's [[party]] in production.toml.",
            where="production.toml: party",
        )
