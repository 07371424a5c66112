"""The table of all commands."""

from typing import Final

COMMANDS: Final = {
    "demo": (
        "ledger.cli.demo:demo",
        "Make a small film: frames, records, answers, roll, report, evidence.",
    ),
    "init": (
        "ledger.cli.production:init",
        "Make a production folder: keys, trust file, log with its genesis.",
    ),
    "register": (
        "ledger.cli.production:register_command",
        (
            "State what production.toml lists and the log lacks; "
            "gives new rows their uids."
        ),
    ),
    "run shot": (
        "ledger.cli.run:run",
        "Compose, measure, seal and commit a shot; safe to repeat and to interrupt.",
    ),
    "run diff": (
        "ledger.cli.run_diff:diff",
        "Say which frames of a shot changed between two versions.",
    ),
    "record": (
        "ledger.cli.record:record",
        "Record contributions, engagements, generations, opinions and cuts.",
    ),
    "contribution": (
        "ledger.cli.lines:contribution",
        "Record what somebody did.",
    ),
    "engagement": (
        "ledger.cli.lines:engagement",
        "Record that somebody works for a company, and on which terms.",
    ),
    "generation": (
        "ledger.cli.lines:generation",
        "Record one call of a generator.",
    ),
    "opinion": (
        "ledger.cli.lines:opinion",
        "Record what a delegated assessor thinks of the frames that were seen.",
    ),
    "cut": (
        "ledger.cli.lines:cut",
        "Record an edited film, resolved to frames of the versions in force.",
    ),
    "contribute key": (
        "ledger.cli.contribute:key",
        "Make a key of your own for one production; only its public half leaves you.",
    ),
    "contribute prepare": (
        "ledger.cli.contribute:prepare",
        "Write what a person is to sign: one sheet, with everything it says opened.",
    ),
    "contribute sign": (
        "ledger.cli.contribute:sign",
        "Show what a request says and sign it; needs no production.",
    ),
    "contribute countersign": (
        "ledger.cli.contribute:countersign",
        "Show what somebody else signed and confirm it; needs no production.",
    ),
    "contribute submit": (
        "ledger.cli.contribute:submit_command",
        "Put what a person signed into the log; safe to repeat.",
    ),
    "contribute verify": (
        "ledger.cli.contribute:verify",
        "Say offline who signed what: 0 verified, 3 key unknown, 5 failed.",
    ),
    "coverage": (
        "ledger.cli.coverage:coverage",
        "Compare delivered pictures with a cut, record frame by record frame.",
    ),
    "ask": (
        "ledger.cli.ask:ask",
        "Ask what the records support: authorship of elements, or the chain of title.",
    ),
    "roll": (
        "ledger.cli.roll:roll",
        "Write a cut's credit roll, with the evidence for each line.",
    ),
    "report": (
        "ledger.cli.report:report",
        "Write a report on authorship or the chain of title, in Korean and English.",
    ),
    "bundle": (
        "ledger.cli.evidence:bundle",
        "Write an evidence bundle that a stranger can verify offline.",
    ),
    "verify": (
        "ledger.cli.evidence:verify",
        "Verify a bundle offline: 0 verified, 3 open or origin unknown, 5 failed.",
    ),
    "exhibit": (
        "ledger.cli.exhibit:exhibit",
        ("Write a verified bundle as numbered exhibits, explained: 0, or 3 open."),
    ),
    "publish": (
        "ledger.cli.publish:publish",
        "Have the newest checkpoint cosigned and stamped; 3 degraded, 5 conflict.",
    ),
    "witness init": (
        "ledger.cli.witness:witness_init",
        "Make a witness: its key, and its memory of what it has cosigned.",
    ),
    "witness add": (
        "ledger.cli.witness:witness_add",
        "Cosign for a log from now on, or accept its next key.",
    ),
    "witness serve": (
        "ledger.cli.witness:witness_serve",
        "Answer logs over HTTP until interrupted (C2SP tlog-witness).",
    ),
    "witness show": (
        "ledger.cli.witness:witness_show",
        "Show the witness's key, what it has cosigned, and the evidence that it keeps.",
    ),
    "trust show": (
        "ledger.cli.trust:trust_show",
        "Show what a trust file trusts.",
    ),
    "trust add": (
        "ledger.cli.trust:trust_add",
        "Make your own trust file: add witnesses and time authorities that you trust.",
    ),
    "fsck": (
        "ledger.cli.fsck:fsck_command",
        "Hash everything again; name what was edited, deleted, swapped, cut or added.",
    ),
    "log list": (
        "ledger.cli.inspect:log",
        "List the entries of the log: index, time, kind, state, id.",
    ),
    "log export": (
        "ledger.cli.log_export:log_export",
        "Write the log as a public tree of files: headers and hashes, no content.",
    ),
    "log check": (
        "ledger.cli.log_check:log_check",
        "Check an exported log: 0 whole, 3 open or origin unknown, 5 failed.",
    ),
    "prove entry": (
        "ledger.cli.prove:prove_entry",
        "Prove that the log holds an entry.",
    ),
    "prove frame": (
        "ledger.cli.prove:prove_frame",
        "Prove what the log says of one frame: leaf, cell, log.",
    ),
    "prove consistency": (
        "ledger.cli.prove:prove_consistency",
        "Prove that the log still holds all that an older checkpoint promised.",
    ),
    "prove complete": (
        "ledger.cli.prove:prove_complete",
        "Prove how many records of each kind there are, withheld ones included.",
    ),
    "prove check": (
        "ledger.cli.prove_check:prove_check",
        "Check a proof offline: 0 holds, 3 open or origin unknown, 5 failed.",
    ),
    "anchor show": (
        "ledger.cli.anchor:show",
        "Show time tokens and anchors, and what is unstamped: 0 all there, 3 not.",
    ),
    "anchor export": (
        "ledger.cli.anchor:export",
        "Write the checkpoint sheet for a notary or document centre: one page.",
    ),
    "anchor record": (
        "ledger.cli.anchor:record",
        "Log that a notary or document centre certified a checkpoint.",
    ),
    "rotate prepare": (
        "ledger.cli.rotate:rotate_prepare",
        "Make new keys and write the request that the recovery key has to sign.",
    ),
    "rotate sign": (
        "ledger.cli.rotate:rotate_sign",
        "Show a request and sign it with the recovery key; needs no production.",
    ),
    "rotate apply": (
        "ledger.cli.rotate:rotate_apply",
        "State a signed rotation and put the new keys into their place.",
    ),
    "revoke": (
        "ledger.cli.keys_lost:revoke_command",
        (
            "Revoke a key: it may state nothing more, nor is it believed from an "
            "entry on."
        ),
    ),
    "succeed": (
        "ledger.cli.keys_lost:succeed_command",
        "Found a new log that continues a frozen one, whose recovery key is lost.",
    ),
    "open": (
        "ledger.cli.inspect:open_command",
        "Print the value of one private field, for the holder of the keys alone.",
    ),
    "disclose": (
        "ledger.cli.inspect:disclose_command",
        "Disclose one private field with its proof; the value stands in the file.",
    ),
    "erase": (
        "ledger.cli.production:erase",
        "Destroy a person's key and values; the proofs of all else stay.",
    ),
    "dispose": (
        "ledger.cli.dispose:dispose_command",
        "Log that files or blobs are destroyed on purpose, and remove the blobs.",
    ),
    "serve": (
        "ledger.cli.serve:serve",
        "Serve the log to this machine: the port's calls, and the log's public part.",
    ),
    "hold place": (
        "ledger.cli.hold:place",
        "Keep a person, a shot or an element from being erased.",
    ),
    "hold list": (
        "ledger.cli.hold:listed",
        "List the holds in force: since when, on what basis, and on what.",
    ),
    "hold release": (
        "ledger.cli.hold:release",
        "Release a hold; what it kept from an erasure goes when that is run again.",
    ),
    "vault search": (
        "ledger.cli.vault:search",
        "Search the vault for a name, for the holder of the studio's keys alone.",
    ),
    "vault log": (
        "ledger.cli.vault:reads",
        "List who read what is confidential, and verify that list from its beginning.",
    ),
    "vault wrap": (
        "ledger.cli.vault:wrap",
        "Wrap keys that earlier versions left in clear under a master key.",
    ),
    "vault rewrap": (
        "ledger.cli.vault:rewrap",
        "Replace the master key; safe to interrupt and to run again.",
    ),
    "vault backup": (
        "ledger.cli.vault:backup",
        "Back up the vault while it is in use; no key is in the backup.",
    ),
    "vault backup-keys": (
        "ledger.cli.vault:backup_keys",
        "Back up the wrapped keys, and destroy backups that are too old.",
    ),
    "vault restore-keys": (
        "ledger.cli.vault:restore_keys",
        "Bring missing keys back from a backup, but nobody's who was erased since.",
    ),
    "spool": (
        "ledger.cli.spool:spool",
        "Show what waits in the outbox, or submit it.",
    ),
    "restore": (
        "ledger.cli.restore:restore_command",
        "Rebuild a lost database from whatever is left: 0 whole, 3 only to be read.",
    ),
    "store backup": (
        "ledger.cli.restore:backup_command",
        "Copy the log's database while it is in use.",
    ),
    "store prepare": (
        "ledger.cli.store:prepare_command",
        "Make or upgrade the tables and roles of a PostgreSQL database.",
    ),
    "store move": (
        "ledger.cli.store:move_command",
        "Move the log from the folder to a PostgreSQL server; the old file is shut.",
    ),
    "store index": (
        "ledger.cli.store:index_command",
        "Make the index of shots and frames anew, from the entries alone.",
    ),
}
"""Name, function and first sentence of each command, in the order they are listed."""
