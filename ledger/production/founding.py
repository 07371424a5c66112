"""Founding a production: `jangbu init`.

Order: registry, keys, databases, genesis (entry 0), trust file, then everything else.
Each step leaves what is there alone, so an init that was interrupted is run again.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from ledger.encoding.commitment import machine_key
from ledger.encoding.statement import STUDIO, Composed, Draft, Secret
from ledger.errors import ProductionError
from ledger.evidence.trust import TrustFile, write_trust
from ledger.files import make_private_folder, os_error
from ledger.keys.certificates import make_development_chain
from ledger.keys.folder import SIGNING_KEYS, KeyFolder
from ledger.log.note import Verifier
from ledger.log.tree import leaf_hash
from ledger.production.layout import Layout
from ledger.production.opening import Production, assemble
from ledger.production.registering import register
from ledger.production.registry import Registry, mint, read_registry, write_registry
from ledger.production.storing import make_tables
from ledger.records.identity import as_digest, as_origin
from ledger.vault.vault import Vault


def found(
    root: Path,
    registry: Registry,
    entry_1: Callable[[Production], None] = lambda _production: None,
) -> Production:
    """Make a production folder and state its genesis, keys and parties.

    Args:
        root: an absent or empty folder, or one whose init was interrupted.
        registry: title, parties, elements and shots; uids may be missing.
        entry_1: states what has to stand right after the genesis.

    Raises:
        ProductionError: the folder holds something else.
    """
    layout = Layout(root)
    registry = _registry(layout, registry)
    keys = _keys(layout)
    make_tables(layout, registry.ledger)
    if not layout.vault.exists():
        Vault.create(layout.vault, keys.blinding_key)
    production = assemble(layout, registry, offline=False)
    _state_genesis(production)
    _write_trust(production)
    entry_1(production)
    register(production)
    return production


def _registry(layout: Layout, registry: Registry) -> Registry:
    if layout.registry.exists():
        if layout.trust.exists():
            raise ProductionError(
                "a folder without a production",
                met="a production that was founded already",
                advice="Choose another folder, or use jangbu register to add to it.",
                where=str(layout.root),
            )
        return read_registry(layout.registry)
    if layout.root.is_dir() and any(layout.root.iterdir()):
        raise ProductionError(
            "an absent or empty folder",
            met="a folder that holds something else",
            advice="Choose another folder.",
            where=str(layout.root),
        )
    minted = mint(registry)
    try:
        make_private_folder(layout.root)
        layout.root.chmod(0o700)
        write_registry(layout.registry, minted)
    except OSError as error:
        raise os_error(error, layout.root) from error
    return minted


def _keys(layout: Layout) -> KeyFolder:
    keys = KeyFolder(layout.keys)
    # First, so that no key is ever written in clear.
    keys.make_master_key()
    for name in SIGNING_KEYS:
        keys.make_signing_key(name)
    keys.make_blinding_key(STUDIO)
    if not (layout.keys / "c2pa" / "key.pem").exists():
        chain = make_development_chain("studio", datetime.now(UTC))
        # The key is written last: it marks the chain as complete.
        keys.write_credential_file("root.pem", chain.root_pem)
        keys.write_credential_file("chain.pem", chain.chain_pem)
        keys.write_credential_file("key.pem", chain.key_pem)
    return keys


def genesis(production: Production) -> Composed:
    """The genesis statement of a production: the same bytes each time."""
    keys, log = production.keys, production.log
    secret = keys.blinding_key(STUDIO)
    return production.recorder.compose(
        Draft(
            log=log,
            kind="genesis.1",
            key=machine_key(secret, log, "genesis.1", "genesis"),
            body={
                "studio": production.studio,
                "log_key": keys.public_key("log").hex(),
                "recovery_key": keys.public_key("recovery").hex(),
                "admission_roots": [keys.public_key("studio").hex()],
                "canonical": "rfc8785-restricted/1",
                "hashing": "rfc6962-sha256/1",
                "commitment": "hmac-sha256/1",
                "cell_size": 32,
                "title": Secret(production.registry.production.title),
            },
        )
    )


def _state_genesis(production: Production) -> None:
    if production.reader().is_empty():
        production.recorder.record([genesis(production)], "studio")


def _write_trust(production: Production) -> None:
    if production.layout.trust.exists():
        return
    entry = production.reader().entries(0, 1)[0]
    keys, log = production.keys, production.log

    def vkey(key: str, name: str) -> str:
        return Verifier(name=name, public_key=keys.public_key(key)).to_vkey()

    write_trust(
        production.layout.trust,
        TrustFile(
            log=as_origin(log),
            log_vkeys=(vkey("log", log),),
            recovery_vkey=vkey("recovery", f"{log}/recovery"),
            genesis_leaf=as_digest(leaf_hash(entry).hex()),
            c2pa_roots=(keys.credential_file("root.pem").decode(),),
            witnesses=(),
        ),
    )
