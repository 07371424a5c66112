"""What findings rest on, as lists: entries, parties, policies and their sources."""

from collections.abc import Iterable, Iterator
from typing import Any

from ledger.answers.finding import Finding
from ledger.history.film import Film, Source
from ledger.reports.audit_finding import Context
from ledger.rules.policy import Policy


def entry_rows(
    findings: Iterable[Finding], sources: dict[str, Source]
) -> Iterator[dict[str, Any]]:
    ids = dict.fromkeys(
        one for found in findings for one in (*found.evidence, *found.touched)
    )
    known = sorted(
        (sources[one] for one in ids if one in sources), key=lambda s: s.index
    )
    for source in known:
        yield {
            "index": source.index,
            "id": source.id,
            "kind": source.kind,
            "family": source.kind.rpartition(".")[0],
            "at": source.at,
            "admitted_at": source.admitted_at,
            "disputed": source.disputed,
            "erased": source.erased,
        }
    for one in ids:
        if one not in sources:
            yield {
                "index": None,
                "id": one,
                "kind": None,
                "family": None,
                "at": None,
                "admitted_at": None,
                "disputed": False,
                "erased": False,
            }


def ended_rows(findings: Iterable[Finding], film: Film) -> Iterator[dict[str, Any]]:
    named = {one for found in findings for one in found.ended}
    for one in film.ended:
        if one.id in named:
            yield {
                "index": one.index,
                "id": one.id,
                "kind": one.kind,
                "state": one.state.value,
            }


def party_rows(findings: Iterable[Finding], film: Film) -> Iterator[dict[str, Any]]:
    named = {
        uid
        for found in findings
        for uid in (
            *found.people,
            *(one.source.speaker.party for one in found.opinions),
            found.party,
            found.company,
        )
        if uid is not None
    }
    for uid in (one for one in film.parties if one in named):
        party = film.parties[uid]
        yield {
            "uid": uid,
            "type": party.type,
            "name": party.name,
            "latin": party.latin,
        }


def policy_rows(
    rows: Iterable[dict[str, Any]], context: Context
) -> Iterator[dict[str, Any]]:
    asked = dict.fromkeys(
        node["id"] for row in rows for node in row["trace"] if node["op"] == "question"
    )
    for one in sorted(asked):
        policy = context.rulebook.in_force(one, context.on)
        if policy is not None:
            yield _policy(policy)


def _policy(policy: Policy) -> dict[str, Any]:
    return {
        "id": policy.id,
        "version": policy.version,
        "digest": policy.digest,
        "title": policy.title.to_json(),
        "sources": [
            {
                "ko": f"{one.name.ko} {one.article.ko if one.article else ''}".strip(),
                "en": f"{one.name.en} {one.article.en if one.article else ''}".strip(),
                "number": one.number,
                "in_force_from": one.in_force_from,
                "wording_read": one.wording_read,
                "read_on": one.read_on,
            }
            for one in policy.sources
        ],
        "notes": policy.notes.to_json() if policy.notes else None,
    }
