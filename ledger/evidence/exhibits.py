"""Exhibits for a court, from a bundle that verified: which files, what each shows.

Numbered documents, each with a name, a date, a maker and what it is to prove, as an
explanation of evidence (증거설명서) lists them. Only what the verdict carries is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

from ledger.encoding.digest import sha256_hex
from ledger.encoding.models import dump, parse_model
from ledger.errors import AlteredEvidenceError, EvidenceError, MissingEvidenceError
from ledger.evidence.companions import CUSTODY, Companions
from ledger.evidence.custody import Custody
from ledger.evidence.steps.container import open_archive, open_index
from ledger.evidence.verdict import Origin, State, Verdict

LIST: Final = "증거설명서.pdf"
SUMS: Final = "SHA256SUMS"


class UnknownOriginError(EvidenceError):
    """Evidence is of a log that the reader's trust file does not list."""

    code = "evidence.origin"
    exit_code = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What the submitter adds.

    Attributes:
        prefix: whose exhibits they are: 갑 of the claimant, 을 of the other side.
        title: of the case or the work; "" for none.
        custodian: who has kept the bundle since it was exported; "" if not said.
        made_on: day of the explanation and of the verdict; "" if not said.
    """

    prefix: str = "갑"
    title: str = ""
    custodian: str = ""
    made_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One numbered exhibit.

    Attributes:
        words: key of its name and of what it is to prove, in the report's wording.
        made_on: day, or "" if the file has no date of its own.
    """

    number: int
    words: str
    suffix: str
    content: bytes
    made_on: str = ""
    detail: str = ""

    def label(self, prefix: str) -> str:
        """As a court numbers it."""
        return f"{prefix} 제{self.number}호증"

    def file_name(self, prefix: str) -> str:
        """The name of its file."""
        return f"{prefix}제{self.number:02d}호증_{self.words}{self.suffix}"

    def to_json(self, prefix: str) -> dict[str, Any]:
        """Its row."""
        return {
            "label": self.label(prefix),
            "file": self.file_name(prefix),
            "sha256": sha256_hex(self.content),
            "bytes": len(self.content),
            "words": self.words,
            "made_on": self.made_on,
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A bundle that may be exhibited, with what stands in it."""

    raw: bytes
    verdict: Verdict
    custody: Custody
    companions: Companions


def examined(raw: bytes, verdict: Verdict) -> Examined:
    """Refuse what did not verify against the reader's trust file.

    Raises:
        AlteredEvidenceError: it failed.
        UnknownOriginError: its log is not the trust file's.
        MissingEvidenceError: it says nothing about custody.
    """
    if verdict.state is State.FAILED:
        raise AlteredEvidenceError(
            "a bundle that verifies",
            met="; ".join(f"{one.step}: {one.error.code}" for one in verdict.failures),
            advice="Exhibit nothing of it: jangbu verify shows what is wrong.",
        )
    if verdict.origin is not Origin.KNOWN:
        raise UnknownOriginError(
            "a bundle of the log that the trust file lists",
            met="a bundle of another log",
            advice="Give the trust file of this log, which you had before the bundle.",
        )
    companions = open_index(open_archive(raw)).companions
    if CUSTODY not in companions.single:
        raise MissingEvidenceError(
            "a custody statement in the bundle",
            met="none",
            advice="Have the bundle made again, with jangbu bundle --exporter.",
            where=CUSTODY,
        )
    custody = parse_model(Custody, companions.single[CUSTODY])
    return Examined(raw=raw, verdict=verdict, custody=custody, companions=companions)


def verdict_document(found: Examined, heading: Heading) -> dict[str, Any]:
    """The verdict as a page; everything in it is in the bundle or follows from it."""
    verdict = found.verdict
    return {
        **_common(found, heading, "verdict"),
        "verdict": verdict.to_json(),
        "witnesses": list(verdict.witnessing.text(verdict.size)),
        "times": [one.text for one in verdict.times],
        "sentences": [one for one in (verdict.pixels, verdict.coverage) if one],
    }


def custody_document(found: Examined, heading: Heading) -> dict[str, Any]:
    """The custody statement as a page."""
    return {**_common(found, heading, "custody"), "custody": dump(found.custody)}


def listed(
    found: Examined,
    heading: Heading,
    given: tuple[bytes, bytes],
    pages: tuple[bytes, bytes],
) -> tuple[Exhibit, ...]:
    """The exhibits in order.

    Args:
        found: the bundle.
        heading: what the submitter adds.
        given: the verifier of one file, and the trust file that was used.
        pages: verdict and custody statement as PDF.
    """
    exported = str(found.custody.exported_at)[:10]
    verifier, trust = given
    rows: list[tuple[str, str, bytes, str, str]] = [
        ("bundle", ".zip", found.raw, exported, ""),
        ("verifier", ".py", verifier, "", ""),
        ("trust", ".json", trust, "", ""),
        ("verdict", ".pdf", pages[0], heading.made_on, ""),
        ("custody", ".pdf", pages[1], exported, ""),
        *_outside(found),
    ]
    return tuple(
        Exhibit(
            number=number,
            words=words,
            suffix=suffix,
            content=content,
            made_on=made_on,
            detail=detail,
        )
        for number, (words, suffix, content, made_on, detail) in enumerate(rows, 1)
    )


def list_document(
    found: Examined, heading: Heading, exhibits: tuple[Exhibit, ...]
) -> dict[str, Any]:
    """The explanation of evidence."""
    return {
        **_common(found, heading, "list"),
        "exhibits": [one.to_json(heading.prefix) for one in exhibits],
    }


def sums(files: dict[str, bytes]) -> bytes:
    """Digests of files, as `sha256sum -c` reads them."""
    lines = [f"{sha256_hex(files[name])}  {name}\n" for name in sorted(files)]
    return "".join(lines).encode()


def _outside(found: Examined) -> Iterator[tuple[str, str, bytes, str, str]]:
    """What others signed; it shows something only where the trust file lists them."""
    witnessed = found.verdict.witnessing.size
    for size, content in sorted(found.companions.cosigned.items()):
        words = "cosigned" if size == witnessed else "cosigned-unknown"
        yield words, ".txt", content, "", str(size)
    trusted = {(one.size, one.name): one for one in found.verdict.times if one.trusted}
    for (size, name), content in sorted(found.companions.tokens.items()):
        time = trusted.get((size, name))
        words = "token-unknown" if time is None else "token"
        day = "" if time is None else time.at.astimezone(UTC).date().isoformat()
        yield words, ".tsr", content, day, f"{size}, {name}"


def _common(found: Examined, heading: Heading, page: str) -> dict[str, Any]:
    verdict = found.verdict
    return {
        "v": 1,
        "page": page,
        "prefix": heading.prefix,
        "title": heading.title,
        "custodian": heading.custodian,
        "made_on": heading.made_on,
        "log": verdict.log,
        "size": verdict.size,
        "bundle_sha256": sha256_hex(found.raw),
        "exported_at": str(found.custody.exported_at),
        "state": verdict.state.value,
        "open": [
            {"reason": one.reason.value, "what": one.what, "count": one.count}
            for one in verdict.open_points
        ],
    }
