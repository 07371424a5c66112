"""A person's day is one sheet, signed where no production is, and admitted once."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ledger.encoding import canonical
from ledger.encoding.sheet import parse_envelope
from ledger.encoding.statement import Draft, Secret, check, compose
from ledger.errors import ErasedEvidenceError
from ledger.evidence.contribution_file import open_request
from ledger.evidence.contribution_form import Request
from ledger.evidence.contribution_verdict import verify_signed
from ledger.keys.folder import party_key
from ledger.keys.replacing import read_private_key
from ledger.production.contributing import _request_form
from ledger.production.opening import opened
from ledger.records.people import Contribution, Countersignature
from tests.integration.contributing.conftest import Signing
from tests.simulators.shot_folder import CODE


def stored(signing: Signing, kind: str) -> list[Any]:
    with opened(signing.shot.production) as production:
        reader = production.reader()
        return [one for one in reader.statements(0, reader.size()) if one.kind == kind]


def test_a_day_is_one_sheet_by_a_key_that_the_studio_never_had(
    signing: Signing,
) -> None:
    signed = signing.signed()
    assert not stored(signing, "contribution.1")
    done = signing.submit()
    assert done.code == 0, done.err
    assert done.json["new"] == 2
    both = stored(signing, "contribution.1")
    assert len({one.sheet for one in both}) == 1
    form = json.loads(signed.read_bytes())
    with opened(signing.shot.production) as production:
        sheet = production.reader().sheet(both[0].sheet)
        assert parse_envelope(sheet) == parse_envelope(canonical.encode(form["sheet"]))
        painter = production.registry.party_called("painter")
        assert painter.uid is not None
        assert not production.keys.has_signing_key(party_key(painter.uid))
        note = production.vault.open(both[0].id, "/body/note")
        assert note.value == "붉은 창을 그려 넣음"
    assert isinstance(check(both[0].raw).body, Contribution)
    done = signing.jangbu("fsck", signing.shot.production)
    assert done.code == 0, done.err
    # It stands under the painter's key: erasing the person erases it.
    with opened(signing.shot.production) as production:
        production.keys.destroy_blinding_key(f"person/{painter.uid}")
        with pytest.raises(ErasedEvidenceError):
            production.vault.open(both[0].id, "/body/note")


def test_submitting_again_changes_nothing(signing: Signing) -> None:
    signing.signed()
    first = signing.submit().json
    again = signing.submit().json
    assert again["new"] == 0
    assert [one["index"] for one in again["statements"]] == [
        one["index"] for one in first["statements"]
    ]
    # The same request, signed a second time: another sheet, the same statements.
    assert signing.sign(out="twice.json").code == 0
    assert signing.submit("twice.json").json["new"] == 0


def test_what_is_signed_is_shown_in_words(signing: Signing) -> None:
    signing.prepare()
    shown = signing.sign().err
    for expected in (
        "박화가",
        "붉은 창을 그려 넣음",
        CODE,
        "paint/b.%04d.png – 4 files, SHA-256",
        "작업 시간(분) minutes: 90",
        "기여 contribution, 2026-09-01T10:00:00.000000Z",
    ):
        assert expected in shown


@pytest.mark.parametrize(
    ("options", "count"),
    [(("--on", "2026-09-01"), 1), (("--on", "2026-09-02"), 1), (("--shot", CODE), 1)],
)
def test_a_day_in_seoul_or_a_shot_is_taken_out_of_the_lines(
    signing: Signing, options: tuple[str, ...], count: int
) -> None:
    done = signing.prepare("request.json", *options)
    assert done.code == 0, done.err
    assert len(done.json["ids"]) == count
    assert signing.prepare("none.json", "--on", "2026-09-03").code == 4


def test_every_changed_value_is_refused(signing: Signing) -> None:
    """Each place of the signed file, with another value of the same kind."""
    raw = signing.signed().read_bytes()
    assert verify_signed(raw, None, None).exit_code == 3
    tried = 0
    for other in changed(json.loads(raw)):
        verdict = verify_signed(canonical.encode(other), None, None)
        assert verdict.exit_code == 5
        tried += 1
    assert tried > 100


def changed(value: Any) -> Iterator[Any]:  # noqa: ANN401  # JSON
    """The document with one value changed, for every value but its form's name."""
    for path in places(value):
        other = json.loads(json.dumps(value))
        inside = other
        for step in path[:-1]:
            inside = inside[step]
        if path == ("form",):
            continue
        met = inside[path[-1]]
        inside[path[-1]] = met + 1 if isinstance(met, int) else flipped(met)
        yield other


def flipped(text: str) -> str:
    return ("1" if text[:1] == "0" else "0") + text[1:]


def places(
    value: Any,  # noqa: ANN401  # JSON
    path: tuple[Any, ...] = (),
) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from places(item, (*path, name))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from places(item, (*path, place))
    else:
        yield path


def test_a_request_that_hides_something_is_not_signed(signing: Signing) -> None:
    signing.prepare()
    request = json.loads((signing.root / "request.json").read_bytes())
    hidden = json.loads(json.dumps(request))
    del hidden["statements"][0]["openings"][0]
    lying = json.loads(json.dumps(request))
    lying["statements"][0]["openings"][0]["value"] = "다른 말"
    left_out = json.loads(json.dumps(request))
    del left_out["relied_on"][0]
    renamed = json.loads(json.dumps(request))
    renamed["names"]["edit"] = "support"
    for number, forged in enumerate((hidden, lying, left_out, renamed)):
        name = f"forged{number}.json"
        (signing.root / name).write_bytes(canonical.encode(forged))
        code = 4 if forged is renamed else 5
        assert signing.sign(name, f"out{number}.json").code == code
        assert not (signing.root / f"out{number}.json").exists()


def test_a_name_with_a_hidden_character_is_shown_as_its_code_point(
    signing: Signing,
) -> None:
    signing.prepare()
    request = json.loads((signing.root / "request.json").read_bytes())
    name = next(one for one, words in request["names"].items() if words == "박화가")
    request["names"][name] = "박\u202e화가\u001b[2J"
    (signing.root / "request.json").write_bytes(canonical.encode(request))
    done = signing.sign()
    assert "박<U+202E>화가<U+001B>[2J" in done.err


def test_another_key_signs_nothing(signing: Signing) -> None:
    signing.prepare()
    key = signing.root / "supervisor.pem"
    done = signing.call(
        "sign", signing.root / "request.json", "--key", key, "-o", signing.root / "x"
    )
    assert done.code == 6


def test_a_file_of_foreign_blinds_never_reaches_the_vault(signing: Signing) -> None:
    """A signer who rewrites the value with blinds of his own is refused."""
    signing.prepare()
    request = json.loads((signing.root / "request.json").read_bytes())
    composed = compose(
        Draft(
            log=request["log"],
            kind="contribution.1",
            key="ab" * 16,
            at="2026-09-01T10:00:00.000000Z",
            body={
                "route": "edit",
                "act": "paint",
                "party": Secret("cd" * 16),
                "before": [],
                "after": [],
            },
        ),
        lambda _: bytes(32),
    )
    form = Request.model_validate_json(json.dumps(request), strict=True)
    forged = open_request(
        form.model_copy(
            update={"statements": (_request_form(composed),), "relied_on": ()}
        )
    )
    key = read_private_key(signing.root / "painter.pem")
    (signing.root / "own.json").write_bytes(
        forged.signed(key, datetime.now(UTC)).to_bytes()
    )
    assert signing.submit("own.json").code == 5
    assert not stored(signing, "contribution.1")


def test_who_signed_is_verified_by_the_key_or_by_the_log(signing: Signing) -> None:
    signed = signing.signed()
    keys = json.loads((signing.root / "keys.json").read_bytes())
    trust = signing.shot.production / "trust.json"
    for options, code, by in (
        ((), 3, []),
        (("--key", keys["painter"]), 0, ["key"]),
        (("--key", keys["supervisor"]), 5, []),
        (("--trust", trust), 0, ["log"]),
        (("--trust", trust, "--key", keys["painter"]), 0, ["key", "log"]),
    ):
        done = signing.call("verify", signed, "--json", *options)
        assert (done.code, done.json["by"]) == (code, by)
        assert "박화가" not in done.out
    (signing.root / "empty").write_bytes(b"{}")
    assert signing.call("verify", signing.root / "empty").code == 4


def test_a_supervisor_countersigns_a_file_elsewhere(signing: Signing) -> None:
    signed = signing.signed()
    out = signing.root / "counter.json"
    done = signing.call(
        "countersign",
        signed,
        "--key",
        signing.root / "supervisor.pem",
        *("--role", "supervisor", "-o", out, "--json"),
    )
    assert done.code == 0, done.err
    assert "붉은 창을 그려 넣음" in done.err
    # What it confirms is not in the log yet.
    assert signing.submit("counter.json").code == 6
    assert signing.submit().code == 0
    assert signing.submit("counter.json").code == 0
    (one,) = stored(signing, "countersignature.1")
    body = check(one.raw).body
    assert isinstance(body, Countersignature)
    both = [known.id for known in stored(signing, "contribution.1")]
    assert (list(body.of), body.role) == (both, "supervisor")
    found = signing.call("verify", out, "--json").json
    assert found["countersigns"] == both
    assert signing.submit("counter.json").json["new"] == 0


def test_statements_in_the_log_are_countersigned_by_their_entries(
    signing: Signing,
) -> None:
    signing.signed()
    index = signing.submit().json["statements"][0]["index"]
    done = signing.call(
        "prepare",
        signing.shot.production,
        "--party",
        "supervisor",
        *("--of", index, "--role", "supervisor", "-o", signing.root / "ask.json"),
    )
    assert done.code == 0, done.err
    done = signing.call(
        "sign",
        signing.root / "ask.json",
        "--key",
        signing.root / "supervisor.pem",
        *("-o", signing.root / "confirmed.json"),
    )
    assert "붉은 창을 그려 넣음" in done.err
    assert signing.submit("confirmed.json").json["new"] == 1
    trust = signing.shot.production / "trust.json"
    done = signing.call("verify", signing.root / "confirmed.json", "--trust", trust)
    assert done.code == 0, done.err


def test_nobody_countersigns_their_own_words(signing: Signing, tmp_path: Path) -> None:
    signed = signing.signed()
    done = signing.call(
        "countersign",
        signed,
        "--key",
        signing.root / "painter.pem",
        *("--role", "painter", "-o", tmp_path / "own.json"),
    )
    assert done.code == 2
