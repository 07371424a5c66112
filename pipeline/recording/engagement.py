"""Lines about engagements: who works for whom, and on which terms."""

from typing import Any

from pydantic import ValidationError

from ledger.encoding.digest import sha256_hex
from ledger.encoding.models import dump
from ledger.encoding.statement import Secret
from ledger.records.people import EngagementTerms
from pipeline.recording.desk import Desk, unfit
from pipeline.recording.documents import read_document
from pipeline.recording.drafts import Envelope, LineDraft
from pipeline.recording.forms import EngagementLine

KIND = "engagement.1"
_NO_TERMS = {"kind", "party", "company", "at", "document", "by", "verb", "of"}


def draft_engagement(line: EngagementLine, number: int, desk: Desk) -> LineDraft:
    """Check an engagement and hash its document.

    Raises:
        JangbuError: what is wrong; nothing was stated.
    """
    party = desk.names.party(line.party)
    kept = desk.names.kept_key(line.party)
    company = desk.names.party(line.company)
    by = None if line.by is None else desk.names.party(line.by).uid
    signer = desk.names.signer(by, KIND, line.verb)
    act = desk.act_of(line)
    if party.uid == company.uid:
        raise unfit("a company other than the party", "the same", "/company")
    if line.to_on is not None and line.to_on < line.from_on:
        raise unfit("a last day that is not before the first", line.to_on, "/to_on")
    terms = dump(_terms(line, desk))
    facts = {
        "by": by,
        "party": party.uid,
        "company": company.uid,
        "terms": terms,
        "at": line.at,
        "does": None if act is None else [act.verb, act.of],
    }
    key = desk.key_of(KIND, facts, kept)
    said = desk.draft(
        KIND,
        key,
        {
            "party": Secret(party.uid, of=kept),
            "company": Secret(company.uid, of=kept),
            "terms": Secret(terms, of=kept),
        },
        Envelope(at=line.at, act=act),
    )
    return LineDraft(
        number=number, kind=KIND, key=key, said=said, signer=signer, act=act
    )


def _terms(line: EngagementLine, desk: Desk) -> EngagementTerms:
    given: dict[str, Any] = line.model_dump(exclude=_NO_TERMS, exclude_none=True)
    if line.document is not None:
        content = read_document(desk.folder, line.document, "/document")
        given["document"] = sha256_hex(content)
    try:
        return EngagementTerms.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = "".join(f"/{step}" for step in first["loc"])
        raise unfit("terms of an engagement", first["msg"], field) from error
