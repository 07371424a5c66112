"""The way of a checkpoint by the real commands: witness, publish, trust, verify."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulators.command_line import JANGBU, document, jangbu


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Address and key of a witness that was told of the production's log."""
    jangbu("init", tmp_path / "p", "--title", "The Room", "--company", "Example")
    made = jangbu(
        "witness", "init", tmp_path / "w", "--name", "funder.example/w1", "--json"
    )
    trust = document(jangbu("trust", "show", tmp_path / "p" / "trust.json", "--json"))
    added = jangbu("witness", "add", tmp_path / "w", *trust["log_vkeys"], "--json")
    assert document(added) == {"origin": trust["log"]}
    # As a shell starts what is to run in the background: interrupts are ignored.
    script = 'trap "" INT; exec "$0" "$@"'
    words = ("witness", "serve", str(tmp_path / "w"), "--port", "0")
    with subprocess.Popen(
        ["sh", "-c", script, str(JANGBU), *words],
        stderr=subprocess.PIPE,
        env={**os.environ, "COLUMNS": "400"},
        text=True,
    ) as process:
        assert process.stderr is not None
        found = re.search(r"http://\S+(?=;)", process.stderr.readline())
        assert found is not None
        yield found[0], document(made)["vkey"]
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130


def test_a_checkpoint_goes_to_a_witness_and_comes_back_in_a_verdict(
    served: tuple[str, str], tmp_path: Path
) -> None:
    url, vkey = served
    production, registry = tmp_path / "p", tmp_path / "p" / "production.toml"
    listed = f'\n[ledger]\nquorum = 1\n\n[[witness]]\nurl = "{url}"\nvkey = "{vkey}"\n'
    registry.write_text(registry.read_text("utf-8") + listed, "utf-8")
    # Published, and once more: nobody is asked twice.
    first = jangbu("publish", production, "--json")
    done = jangbu("publish", production, "--json")
    assert (first.returncode, done.returncode) == (0, 0), first.stderr + done.stderr
    seen_new = [document(one)["witnesses"][0]["new"] for one in (first, done)]
    assert seen_new == [True, False]
    assert "1 of 1 witnesses, quorum 1 reached" in done.stderr
    assert (
        document(jangbu("witness", "show", tmp_path / "w", "--json"))["logs"][0]["size"]
        == document(done)["size"]
    )
    # The reader's own trust file, and what the reader's witness holds.
    own, bundle = tmp_path / "mine.json", tmp_path / "b.zip"
    given = (production / "trust.json").read_bytes()
    added = jangbu(
        "trust", "add", production / "trust.json", "--witness", vkey, "-o", own
    )
    assert added.returncode == 0, added.stderr
    assert (production / "trust.json").read_bytes() == given
    jangbu("bundle", production, "--out", bundle)
    (held,) = (production / "log" / "cosigned").iterdir()
    seen = jangbu("verify", bundle, "--trust", own, "--since", held, "--json")
    assert seen.returncode == 0, seen.stderr
    assert "witnessed by 1 of your 1 witnesses (you ask for 1):" in seen.stderr
    assert document(seen)["witnesses"]["attested"] == "witnessed"
    # Another reader, who lists nobody.
    other = jangbu("verify", bundle, "--trust", production / "trust.json")
    assert "self-attested" in other.stderr


def test_a_quorum_that_is_not_reached_is_degraded(tmp_path: Path) -> None:
    production = tmp_path / "p"
    jangbu("init", production, "--title", "The Room", "--company", "Example")
    made = jangbu("witness", "init", tmp_path / "w", "--name", "w.example", "--json")
    vkey = document(made)["vkey"]
    registry = production / "production.toml"
    listed = (
        "\n[ledger]\nquorum = 1\n\n[[witness]]\n"
        f'url = "http://127.0.0.1:1"\nvkey = "{vkey}"\n'
    )
    registry.write_text(registry.read_text("utf-8") + listed, "utf-8")
    done = jangbu("publish", production, "--json")
    assert done.returncode == 3, done.stderr
    assert "unreachable w.example" in done.stderr
    assert "quorum 1 not reached: publish again" in done.stderr
    assert document(done)["reached"] is False


@pytest.mark.parametrize("name", ["", "a b+c", "\u1100\u1161/w1"])
def test_a_name_that_no_key_can_have_is_a_matter_of_usage(
    name: str, tmp_path: Path
) -> None:
    done = jangbu("witness", "init", tmp_path / "w", "--name", name)
    assert done.returncode == 2
    assert "--name: expected" in done.stderr
    assert not (tmp_path / "w").exists()


def test_what_is_to_be_added_is_wrong_and_not_the_file_it_is_added_to(
    tmp_path: Path,
) -> None:
    jangbu("init", tmp_path / "p", "--title", "The Room", "--company", "Example")
    jangbu("witness", "init", tmp_path / "w", "--name", "funder.example/w1")
    trust, own = tmp_path / "p" / "trust.json", tmp_path / "mine.json"
    (tmp_path / "text").write_text("no certificate", encoding="utf-8")
    for wrong in (
        ("trust", "add", trust, "--witness", "no key", "-o", own),
        ("trust", "add", trust, "--quorum", "2", "-o", own),
        ("trust", "add", trust, "--time-root", tmp_path / "text", "-o", own),
        ("witness", "add", tmp_path / "w", "no key"),
    ):
        done = jangbu(*wrong)
        assert done.returncode == 2, wrong
        assert "Ask the production" not in done.stderr
    assert not own.exists()
