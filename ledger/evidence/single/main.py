"""The command of the one file: `python3 verify.py BUNDLE --trust trust.json`."""

import argparse
import gc
import json
import sys
from pathlib import Path

from ledger.evidence.single.checking import Asked, Verdict, check_bundle
from ledger.evidence.single.encoding import Refused
from ledger.evidence.single.outside import read_trust

USAGE, UNREADABLE = 2, 4
STATES = {
    "verified": (
        "VERIFIED, but for what is listed below as not checked",
        "확인됨(아래의 확인하지 않은 것 제외)",
    ),
    "origin_unknown": (
        "INTACT, ORIGIN UNKNOWN: give a trust file that did not come with the bundle",
        "온전함, 출처 미상: 증거 묶음과 따로 받은 신뢰 파일(--trust)이 필요합니다",
    ),
    "open": ("INTACT, BUT NOT COMPLETE", "온전하나 미확정 사항이 있음"),
    "failed": ("FAILED: do not rely on it", "실패: 이 자료를 신뢰하지 마십시오"),
}
HEADINGS = {
    "held": ("held", "확인한 단계"),
    "failures": ("FAILED", "실패"),
    "open": ("open", "미확정"),
    "unchecked": ("not checked by this program", "이 프로그램이 확인하지 않은 것"),
    "records": ("entries by kind", "종류별 기재 수"),
}


def main() -> int:
    """Check a bundle and say what it shows."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("bundle", type=Path)
    reader.add_argument("--trust", type=Path, help="the trust file you already have")
    reader.add_argument(
        "--since",
        type=Path,
        action="append",
        default=[],
        help="a checkpoint that you kept earlier",
    )
    reader.add_argument("--media", type=Path, help="folder of frames to look for")
    reader.add_argument("--json", action="store_true", help="print one JSON document")
    given = reader.parse_args()
    try:
        asked = Asked(
            trust=read_trust(given.trust.read_bytes()) if given.trust else None,
            since=[path.read_bytes() for path in given.since],
            media=files_of(given.media) if given.media else None,
        )
        raw = given.bundle.read_bytes()
    except IsADirectoryError:
        print("cannot read: a folder; give the .zip file itself", file=sys.stderr)
        return UNREADABLE
    except (OSError, Refused, KeyError, TypeError, ValueError) as error:
        print(f"cannot read: {error}", file=sys.stderr)  # a program
        return UNREADABLE
    if (
        raw[:4] not in {b"PK\x03\x04", b"PK\x05\x06"}
        and b"PK\x05\x06" not in raw[-65_557:]
    ):
        print("no evidence bundle", file=sys.stderr)  # a program
        return UNREADABLE
    verdict = check_bundle(raw, asked)
    text = to_json(verdict) if given.json else to_text(verdict)
    print(text)  # a program
    return verdict.exit_code


def files_of(folder: Path) -> list[bytes]:
    """The plain files of a folder and all below it."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path.read_bytes() for path in found]


def witness_line(verdict: Verdict) -> str:
    """Who besides the studio has seen the log."""
    if not verdict.witnessed:
        return "self-attested, no witness of yours · 자체 증명(외부 확인자 없음)"
    later = verdict.size - verdict.witnessed
    return (
        f"witnessed · 외부 확인: {verdict.witnessed} entries; not yet · 미확인: {later}"
    )


def to_json(verdict: Verdict) -> str:
    """One JSON document."""
    value = {**vars(verdict), "state": verdict.state, "exit_code": verdict.exit_code}
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)


def to_text(verdict: Verdict) -> str:
    """For people, in both languages."""
    state = STATES[verdict.state]
    lines = [f"{state[0]} · {state[1]}", f"{verdict.log}, {verdict.size} entries"]
    if not verdict.failures:
        lines.append(witness_line(verdict))
    for name, rows in (
        ("failures", verdict.failures),
        ("open", verdict.open_points),
        ("held", [f"{name}: {count}" for name, count in verdict.held.items()]),
        ("records", [_record(*row) for row in sorted(verdict.records.items())]),
        ("unchecked", verdict.unchecked),
    ):
        if rows:
            lines += ["", " · ".join(HEADINGS[name]), *(f"  {row}" for row in rows)]
    lines += ["", *verdict.witnesses, *verdict.times]
    return "\n".join(lines).rstrip()


def _record(kind: str, counts: dict[str, int]) -> str:
    return f"{kind}: " + ", ".join(
        f"{count} {name}" for name, count in counts.items() if count
    )


if __name__ == "__main__":
    # Millions of values that stay, and no cycles: looking for those takes long.
    gc.disable()
    sys.exit(main())
