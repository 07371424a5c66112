"""Keys that only their owners have: new ones, lost ones, and who may use them."""

import json

from ledger.encoding.sheet import key_id_of
from ledger.production.opening import opened
from ledger.production.own_keys import whole_authority
from tests.integration.contributing.conftest import Signing


def key_ids(signing: Signing) -> dict[str, str]:
    keys = json.loads((signing.root / "keys.json").read_bytes())
    return {name: key_id_of(bytes.fromhex(key)) for name, key in keys.items()}


def renew(signing: Signing) -> str:
    """The painter makes a new key, and the studio takes it over."""
    (signing.root / "painter.pem").unlink()
    done = signing.call("key", "-o", signing.root / "painter.pem", "--json")
    keys = json.loads((signing.root / "keys.json").read_bytes())
    registry = signing.shot.production / "production.toml"
    text = registry.read_text("utf-8")
    assert keys["painter"] in text
    new = str(done.json["public_key"])
    registry.write_text(text.replace(keys["painter"], new), "utf-8")
    assert signing.jangbu("register", signing.shot.production).code == 0
    return new


def test_the_private_half_is_for_its_owner_alone(signing: Signing) -> None:
    key = signing.root / "painter.pem"
    assert key.stat().st_mode & 0o777 == 0o600
    done = signing.call("key", "-o", key)
    assert done.code == 6


def test_a_new_key_takes_the_place_of_the_old_one(signing: Signing) -> None:
    signing.signed()
    old = key_ids(signing)["painter"]
    new = key_id_of(bytes.fromhex(renew(signing)))
    with opened(signing.shot.production) as production:
        authority = whole_authority(production.reader())
    assert authority.delegation_of(old) is None
    assert authority.permits(new, "contribution.1", None)
    # Signed in time, submitted too late: the log no longer lets the old key in.
    assert signing.submit().code == 6
    assert signing.signed_anew().code == 0
    again = signing.jangbu("register", signing.shot.production)
    assert again.code == 0


def test_a_revoked_key_states_nothing_more(signing: Signing) -> None:
    signing.signed()
    done = signing.jangbu(
        "revoke",
        signing.shot.production,
        "--party",
        "painter",
        *("--reason", "compromised", "--good-until", "now"),
    )
    assert done.code == 0, done.err
    assert signing.submit().code == 6
    assert signing.prepare("more.json").code == 6
    renew(signing)
    assert signing.signed_anew().code == 0


def test_the_studio_cannot_speak_for_who_has_a_key_of_their_own(
    signing: Signing,
) -> None:
    done = signing.jangbu(
        "contribution",
        "-p",
        signing.shot.production,
        "--party",
        "painter",
        *("--route", "edit", "--act", "paint", "--by", "painter"),
    )
    assert done.code == 6
    assert "jangbu contribute prepare" in done.err
    # And nobody prepares for a party whose key lies in the folder.
    done = signing.call(
        "prepare",
        signing.shot.production,
        signing.root / "lines.jsonl",
        *("--party", "co-director", "-o", signing.root / "x.json"),
    )
    assert done.code == 6


def test_a_key_in_the_folder_goes_when_its_party_has_one_of_its_own(
    signing: Signing,
) -> None:
    registry = signing.shot.production / "production.toml"
    done = signing.call("key", "-o", signing.root / "co.pem", "--json")
    text = registry.read_text("utf-8")
    registry.write_text(
        text.replace(
            'handle = "co-director"',
            f'handle = "co-director"\npublic_key = "{done.json["public_key"]}"',
        ),
        "utf-8",
    )
    folder = signing.shot.production / "keys" / "sign"
    before = set(folder.glob("party-*.pem"))
    assert signing.jangbu("register", signing.shot.production).code == 0
    assert len(before - set(folder.glob("party-*.pem"))) == 1
