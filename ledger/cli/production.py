"""`jangbu init`, `register` and `erase`: the production folder."""

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.output import Answered, answer, say
from ledger.errors import UsageError
from ledger.production.erasing import erase_person
from ledger.production.founding import found
from ledger.production.opening import opened
from ledger.production.registering import register
from ledger.production.registry import (
    PartyTable,
    ProductionTable,
    Registry,
    mint,
    parse_registry,
    read_registry,
    registry_text,
    write_registry,
)

Folder = Annotated[Path, typer.Argument(help="The production folder.")]
Trust = Annotated[
    Path | None, typer.Option(help="The trust file that you already have.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def init(
    folder: Folder,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="A production.toml to start from."),
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the production.")] = None,
    company: Annotated[str | None, typer.Option(help="The studio's name.")] = None,
    domain: Annotated[
        str | None,
        typer.Option(
            help="The studio's domain: names the log for ever (jangbu.invalid)."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a production folder: keys, trust file, log with its genesis."""

    def use_case() -> Answered:
        production = found(folder, _registry(source, title, company, domain))
        size = production.reader().size()
        production.online().engine.dispose()
        layout = production.layout
        say(f"Founded the log {production.log} with {size} entries in {layout.root}")
        say(f"Give verifiers the trust file: {layout.trust}")
        say(
            "Move the recovery key to a safe place offline: "
            f"{layout.keys / 'sign' / 'recovery.pem'}"
        )
        say("The C2PA chain is for development: frames are not trusted elsewhere.")
        return 0, {"log": production.log, "size": size}

    raise typer.Exit(answer(use_case, as_json=as_json))


def _registry(
    source: Path | None, title: str | None, company: str | None, domain: str | None
) -> Registry:
    if source is not None and title is None and company is None and domain is None:
        return read_registry(source)
    if source is not None or title is None or company is None:
        raise UsageError(
            "--from production.toml, or --title and --company (and --domain)",
            met="both" if source else "neither",
            advice="Give one of the two.",
        )
    draft = Registry.model_construct(
        production=ProductionTable.model_construct(
            title=title, domain=domain or "jangbu.invalid"
        ),
        party=(PartyTable.model_construct(type="organisation", name=company),),
        element=(),
        shot=(),
    )
    return parse_registry(registry_text(draft), "--title, --company, --domain")


def register_command(folder: Folder, as_json: AsJson = False) -> None:
    """State what production.toml lists and the log lacks; gives new rows their uids."""

    def use_case() -> Answered:
        path = folder / "production.toml"
        registry = read_registry(path)
        if registry.production.origin is None:
            raise UsageError(
                "a folder that jangbu init made",
                met="a production.toml without origin",
                advice="Run jangbu init FOLDER --from production.toml.",
            )
        minted = mint(registry)
        if minted != registry:
            write_registry(path, minted)
        with opened(folder) as production:
            new = register(production)
        say(f"New statements: {new}.")
        return 0, {"new": new}

    raise typer.Exit(answer(use_case, as_json=as_json))


def erase(
    folder: Folder,
    person: Annotated[
        str, typer.Argument(help="The person's handle or uid in production.toml.")
    ],
    basis: Annotated[
        str | None,
        typer.Option(help="Why, as a token; pipa-36 unless --retained is given."),
    ] = None,
    retained: Annotated[
        bool,
        typer.Option(
            "--retained", help="Contracts, when the time for keeping them is over."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Destroy a person's key and values; the proofs of all else stay."""

    def use_case() -> Answered:
        if retained and basis is None:
            raise UsageError(
                "--basis together with --retained",
                met="none",
                advice="Say on what ground they need not be kept any longer.",
            )
        with opened(folder) as production:
            report = erase_person(
                production, person, basis or "pipa-36", retained=retained
            )
        say(f"Destroyed: {report.count} values and openings; held: {report.holds}.")
        say("What remains: signatures by a key that nobody can name any more,")
        say("openings that were exported before, and what names the person elsewhere:")
        say("a title, an element's name, a prompt, a file's metadata.")
        return 0, {"count": report.count, "holds": report.holds}

    raise typer.Exit(answer(use_case, as_json=as_json))
