"""Rebuild cosignature.json: run this file; the tests compare without writing."""

import json
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.log.cosignature import Cosigner, cosign, signed_message
from ledger.log.note import parse_note
from ledger.log.witness_request import AddCheckpoint, origin_hash

TARGET = Path(__file__).with_name("cosignature.json")
NAME = "witness.example/w1"
SEED_TEXT = "jangbu test witness, public and worthless"
TIME = 1_795_336_200
LITEWITNESS = {
    "provenance": "Requests and log key from the tests of litewitness (FiloSottile/"
    "torchwood, cmd/litewitness/testdata/litewitness.txt, ISC licence), with the "
    "status that tlog-witness asks for; in this order, to a witness without memory.",
    "origin": "sigsum.org/v1/tree/"
    "4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562",
    "log_key": "ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f",
}
H = (
    "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABA=",
    "+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=",
    "KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
)
SIZES = {
    1: (
        "KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        (
            "UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNu"
            "WRTYrajXpNUbIQY="
        ),
    ),
    3: (
        "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=",
        (
            "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUd"
            "rcawfAB8WVrx6go="
        ),
    ),
    5: (
        "QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=",
        (
            "UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW"
            "90dJWAShei7sDww="
        ),
    ),
}
FAILING = (
    "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcaw"
    "fAB8WVrx6gs="
)


def _request(
    old: int, proof: tuple[str, ...], size: int, signature: str = "", origin: str = ""
) -> str:
    root, signed = SIZES[size]
    name = origin or LITEWITNESS["origin"]
    hashes = "".join(f"{one}\n" for one in proof)
    return (
        f"old {old}\n{hashes}\n{name}\n{size}\n{root}\n\n"
        f"— {name} {signature or signed}\n"
    )


def build() -> str:
    """Print the vectors: one cosignature step by step, and a peer's requests."""
    key = Ed25519PrivateKey.from_private_bytes(sha256(SEED_TEXT.encode()).digest())
    stored = json.loads(TARGET.with_name("checkpoint.json").read_text(encoding="utf-8"))
    note = str(stored["sizes"][3]["note"])
    text = parse_note(note.encode()).text
    line = cosign(text, TIME, NAME, key).to_line()
    proof = tuple(map(bytes.fromhex, stored["consistency_of_2_in_3"]))
    request = AddCheckpoint(old=2, proof=proof, note=parse_note(note.encode()))
    foreign = LITEWITNESS["origin"].removesuffix("2") + "3"
    vectors = {
        "provenance": "Made by tests/vectors/rebuild_cosignature.py with Jangbu's own "
        "code; Ed25519 is deterministic. aics-tlog 0.2.1 makes the same key and line.",
        "seed": f"SHA-256 of the UTF-8 text: {SEED_TEXT}",
        "vkey": Cosigner.of(NAME, key).to_vkey(),
        "time": TIME,
        "message": signed_message(text, TIME).decode(),
        "line": line,
        "cosigned": note + line,
        "request": request.to_bytes().decode(),
        "checkpoint_path": f"/{origin_hash(stored['origin'])}/checkpoint",
        "litewitness": {
            **LITEWITNESS,
            "requests": [
                {"status": 200, "body": _request(0, (), 1)},
                {"status": 404, "body": _request(1, H[:2], 3, origin=foreign)},
                {"status": 422, "body": _request(1, (), 3)},
                {"status": 422, "body": _request(1, (H[0], H[2]), 3)},
                {"status": 200, "body": _request(1, H[:2], 3)},
                {"status": 409, "body": _request(1, (H[0], H[3], H[4]), 5)},
            ],
            "failing_signature": _request(1, H[:2], 3, signature=FAILING),
        },
    }
    return json.dumps(vectors, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    TARGET.write_text(build(), encoding="utf-8")
