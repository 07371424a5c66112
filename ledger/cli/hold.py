"""`jangbu hold …`: what must not be erased for as long as it is in force."""

from typing import Annotated, Any

import typer

from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson, Folder
from ledger.cli.reading import Reason, noted
from ledger.errors import UsageError
from ledger.production.access import Read
from ledger.production.holding import (
    Hold,
    Wish,
    holds_in_force,
    place_hold,
    release_hold,
)
from ledger.production.opening import opened

Basis = Annotated[str, typer.Option(help="Why, as a token such as litigation.")]


def place(
    folder: Folder,
    basis: Basis,
    person: Annotated[
        str | None, typer.Option(help="A person: handle, uid or name.")
    ] = None,
    shot: Annotated[str | None, typer.Option(help="A shot's present code.")] = None,
    element: Annotated[str | None, typer.Option(help="An element's name.")] = None,
    notice: Annotated[
        str | None, typer.Option(help="Who asked for it, in words; kept private.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Keep a person, a shot or an element from being erased."""

    def use_case() -> Answered:
        wish = Wish(
            basis=basis, person=person, shot=shot, element=element, notice=notice
        )
        _check(wish)
        with opened(folder) as production:
            known_as = place_hold(production, wish)
        say(f"In force: hold {known_as}.")
        return 0, {"id": known_as}

    raise typer.Exit(answer(use_case, as_json=as_json))


def _check(wish: Wish) -> None:
    scoped = wish.shot is not None or wish.element is not None
    if (wish.person is not None) == scoped:
        raise UsageError(
            "--person, or --shot or --element",
            met="both" if scoped else "none of them",
            advice="Place one hold for each.",
        )


def listed(folder: Folder, reason: Reason = None, as_json: AsJson = False) -> None:
    """List the holds in force: since when, on what basis, and on what."""

    def use_case() -> Answered:
        with opened(folder) as production:
            holds = holds_in_force(production)
            private = sum(bool(one.person) + bool(one.notice) for one in holds)
            if private:
                noted(production, Read(command="hold list", count=private, why=reason))
        for hold in holds:
            say(f"{hold.index:>6}  {hold.since}  {hold.basis:<14} {_on(hold)}")
            say(f"        {hold.id}")
            if hold.notice:
                say(f"        {hold.notice}")
        say(f"In force: {len(holds)}.")
        return 0, {"holds": [_document(hold) for hold in holds]}

    raise typer.Exit(answer(use_case, as_json=as_json))


def release(
    folder: Folder,
    reference: Annotated[
        str, typer.Argument(metavar="HOLD", help="Id, its first digits, or index.")
    ],
    as_json: AsJson = False,
) -> None:
    """Release a hold; what it kept from an erasure goes when that is run again."""

    def use_case() -> Answered:
        with opened(folder) as production:
            hold = release_hold(production, reference)
        say(f"Released: {hold.basis}, in force since {hold.since}.")
        say("Run jangbu erase again for whom it kept from being erased.")
        return 0, {"id": hold.id}

    raise typer.Exit(answer(use_case, as_json=as_json))


def _on(hold: Hold) -> str:
    if hold.lost:
        return "a person whom nobody can tell any more"
    named = {"person": hold.person, "shot": hold.shot, "element": hold.element}
    return " ".join(f"{name} {uid}" for name, uid in named.items() if uid)


def _document(hold: Hold) -> dict[str, Any]:
    # Neither whom it is about nor the notice: documents hold nothing private.
    return {
        "id": hold.id,
        "index": hold.index,
        "since": hold.since,
        "basis": hold.basis,
        "on": "person" if hold.person or hold.lost else "scope",
        "shot": hold.shot,
        "element": hold.element,
    }
