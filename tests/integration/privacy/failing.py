"""Commands that must fail, each over something that bears a token."""

import unicodedata
from pathlib import Path
from typing import Final

from tests.integration.privacy.planting import plate_path, recipe, registry
from tests.integration.privacy.tokens import TOKENS

PROMPT: Final = TOKENS["prompt"]
PERSON: Final = TOKENS["person"]
CODE: Final = TOKENS["PNG shot"]


def failing_commands(root: Path) -> dict[str, tuple[str, ...]]:
    """Commands by what is wrong; `root` is a sandbox with inputs and a production."""
    production, bundle = str(root / "prod"), str(root / "whole.zip")
    trust = _written(root / "bad" / "trust.json", f'{{"log": "{PROMPT}"}}')
    junk = _written(root / "bad" / f"{PROMPT}.zip", "PK\3\4" + PROMPT)
    commands: dict[str, tuple[str, ...]] = {
        "unknown shot": ("bundle", production, "--out", "a.zip", "--shot", PERSON),
        "no field": ("bundle", production, "--out", "a.zip", "--disclose", PROMPT),
        "unknown statement": (
            *("bundle", production, "--out", "a.zip"),
            *("--disclose", f"{PROMPT}:/body/{PROMPT}"),
        ),
        "unknown choice": ("bundle", production, "--out", "a.zip", "--frames", PROMPT),
        "no production": ("bundle", str(root / PROMPT), "--out", "a.zip"),
        "bundle in the way": ("bundle", production, "--out", bundle),
        "no bundle": ("verify", str(root / f"{PERSON}.zip")),
        "a torn bundle": ("verify", junk),
        "a foreign file": ("verify", str(root / "in" / "production.toml")),
        "a bad trust file": ("verify", bundle, "--trust", trust),
        "no media": ("verify", bundle, "--media", str(root / PROMPT)),
        "no entry": ("disclose", production, "999", f"/{PROMPT}", "--out", "a.json"),
        "no private field": (
            *("disclose", production, "0", f"/body/{PROMPT}", "--out", "a.json"),
        ),
        "a disclosure in the way": (
            *("disclose", production, "0", "/body/title", "--out", junk),
        ),
        "somebody unknown": ("erase", production, PERSON),
        "a wordy basis": ("erase", production, "0" * 32, "--basis", PERSON),
        "a second init": ("init", production, "--from", _registry(root, "")),
        "names twice": _init(root, f'[[element]]\nname = "{TOKENS["top element"]}"'),
        "a decomposed name": _init(
            root,
            f'[[party]]\ntype = "person"\nname = "{_decomposed(PERSON)}"',
        ),
        "an unknown table": _init(root, f'[{PROMPT}]\n{PROMPT} = "{PERSON}"'),
        "a torn registry": _init(root, f'[[party]]\nname = "{PERSON}'),
        "a bad domain": (
            *("init", str(root / "bad" / "new"), "--title", PERSON),
            *("--company", PROMPT, "--domain", f"{PROMPT}/{PERSON}"),
        ),
    }
    for name, (old, new) in _broken_recipes(root).items():
        path = _written(root / "in" / f"{name} {PROMPT}.toml", recipe(CODE), old, new)
        commands[name] = ("run", path, "-p", production, "--workers", "1")
    good = _written(root / "in" / f"good {PROMPT}.toml", recipe(CODE))
    commands["odd frames"] = ("run", good, "-p", production, "--frames", PROMPT)
    commands["other frames"] = ("run", good, "-p", production, "--frames", "1-9")
    commands["a stranger in the way"] = (
        *("run", good, "-p", production, "--workers", "1"),
        *("--out", _folder_in_the_way(root)),
    )
    return {name: (*command, "--json") for name, command in commands.items()}


def _broken_recipes(root: Path) -> dict[str, tuple[str, str]]:
    """What to replace in a good recipe, by what is wrong then."""
    record = TOKENS["record file"]
    good = (root / "in" / plate_path(1022, "NFD")).read_bytes()
    (root / "in" / f"{PROMPT}.torn.png").write_bytes(good[: len(good) // 2])
    (root / "in" / f"{PROMPT}.words.png").write_text(PROMPT)
    text = (root / "in" / f"{record}.json").read_text("utf-8")
    for name, old, new in (
        ("provider", '"local"', f'"{PERSON}"'),
        ("field", '"model":', f'"{PROMPT}": 1, "model":'),
        ("float", '"steps": 20', f'"{PROMPT}": 2.5'),
        ("time", "2026-11-22T08:30:00.000000Z", PROMPT),
        ("torn", "{", f"{PROMPT}{{"),
    ):
        _written(root / "in" / f"{record}.{name}.json", text, old, new)
    plate = plate_path(1022).replace("1022", "%04d")
    bottom = TOKENS["bottom element"]
    return {
        "unknown element": (f'"{bottom}"', f'"{PERSON}"'),
        "unknown shot code": (f'"{CODE}"', f'"{CODE}{PERSON}"'),
        "a torn picture": (plate, f"{PROMPT}.torn.png"),
        "no picture": (plate, f"{PROMPT}.words.png"),
        "a missing frame": (plate, f"{PROMPT}.%04d.png"),
        "a path upwards": (plate, f"../{PROMPT}.png"),
        "an absolute path": (plate, str(root / "in" / plate)),
        "an odd rate": ("[shot]", f'[shot]\nrate = "{PROMPT}"'),
        "a reducible rate": ("[shot]", '[shot]\nrate = "826401/826401"'),
        "an odd view": ("[shot]", f'[shot]\nview = "{PERSON}"'),
        "an unknown field": ("[output]", f'[output]\n"{PERSON}" = "{PROMPT}"'),
        "an odd format": ('"png"', f'"{PROMPT}"'),
        "torn TOML": ("[output]", f"[output]\n{PROMPT} ="),
        "an odd source type": ('"digitalCapture"', f'"{PERSON}"'),
        "a matte in colour": (f"{TOKENS['matte file']}.png", plate),
        **{
            f"a record with an odd {name}": (f"{record}.json", f"{record}.{name}.json")
            for name in ("provider", "field", "float", "time", "torn")
        },
    }


def _folder_in_the_way(root: Path) -> str:
    folder = root / "bad" / PERSON
    folder.mkdir()
    (folder / f"{CODE}.1022.png").write_text(PROMPT)
    return str(folder)


def _init(root: Path, more: str) -> tuple[str, ...]:
    return ("init", str(root / "bad" / "new"), "--from", _registry(root, more))


def _registry(root: Path, more: str) -> str:
    count = sum(1 for _ in (root / "bad").glob("*.toml"))
    return _written(root / "bad" / f"{count}.toml", f"{registry()}\n{more}")


def _written(path: Path, text: str, old: str = "", new: str = "") -> str:
    path.parent.mkdir(exist_ok=True)
    assert old in text
    path.write_text(text.replace(old, new) if old else text, "utf-8")
    return str(path)


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)
