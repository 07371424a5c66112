"""Pages for a court: explanation of evidence, verdict, custody statement."""

from collections.abc import Mapping
from typing import Any, Final

from ledger.records.identity import as_instant
from ledger.reports.typesetting import Sheet

TEMPLATE: Final = "exhibit.typ"


def exhibit_sheet(document: Mapping[str, Any]) -> Sheet:
    """One of the three documents as it is given to the typesetter."""
    return Sheet(
        template=TEMPLATE,
        document=document,
        words=WORDING,
        at=as_instant(document["exported_at"]),
    )


def _pair(korean: str, english: str) -> dict[str, str]:
    return {"ko": korean, "en": english}


WORDING: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "names": {
        "bundle": _pair("전자기록 증빙철(ZIP)", "Evidence bundle (zip)"),
        "verifier": _pair("검증 프로그램(verify.py)", "Verifier, one file of Python"),
        "trust": _pair("신뢰 파일 사본", "Copy of the trust file"),
        "verdict": _pair("검증 결과서", "Verdict of the verification"),
        "custody": _pair("보관·반출 경위서", "Custody statement"),
        "cosigned": _pair("외부 확인자 공동서명", "Checkpoint with cosignatures"),
        "cosigned-unknown": _pair("서명된 체크포인트", "Signed checkpoint"),
        "token": _pair("시점확인 토큰(RFC 3161)", "Time token (RFC 3161)"),
        "token-unknown": _pair("시점확인 토큰(RFC 3161)", "Time token (RFC 3161)"),
    },
    "makers": {
        "bundle": _pair("제작사(원장 보관자)", "The studio that keeps the log"),
        "verifier": _pair("장부 프로그램", "The program Jangbu"),
        "trust": _pair("제작사(개설 시)", "The studio, when the log began"),
        "verdict": _pair("제출인(장부로 산출)", "The submitter, with Jangbu"),
        "custody": _pair("제작사(반출자)", "The studio (who exported)"),
        "cosigned": _pair("제작사와 외부 확인자", "The studio and outside witnesses"),
        "cosigned-unknown": _pair("제작사", "The studio"),
        "token": _pair("시점확인 기관", "The time authority"),
        "token-unknown": _pair(
            "신뢰 파일에 없는 기관", "An authority not trusted here"
        ),
    },
    "shows": {
        "bundle": _pair(
            "제작 과정의 기록이 기재된 내용과 순서, 각 기재에 서명한 키",
            "What was recorded in the course of production, in which order, and by "
            "which key each record was signed",
        ),
        "verifier": _pair(
            "제1호증을 인터넷 연결 없이 누구나 다시 검증할 수 있다는 점",
            "That anybody can verify exhibit 1 again, offline",
        ),
        "trust": _pair(
            "제1호증이 어느 원장에서 나온 것인지. 법원은 이 파일을 제출인이 아닌 "
            "경로로 따로 받아 대조하여야 함",
            "Which log exhibit 1 is of. The court should obtain this file apart, not "
            "from whoever submits the bundle, and compare",
        ),
        "verdict": _pair(
            "제1호증이 원장의 서명·해시와 맞고, 남은 미확정 사항이 무엇인지",
            "That exhibit 1 agrees with the signatures and hashes of the log, and what "
            "stays open",
        ),
        "custody": _pair(
            "제1호증을 누가 언제 어느 시스템에서 반출하였는지(반출자의 진술)",
            "Who exported exhibit 1, when and from which system (the exporter's word)",
        ),
        "cosigned": _pair(
            "제작사가 아닌 자가 그 시점까지의 기재를 확인하였다는 점",
            "That somebody other than the studio held the entries up to this size",
        ),
        "cosigned-unknown": _pair(
            "신뢰 파일에 있는 외부 확인자의 서명이 정한 수에 이르지 않아, 이것만으로는 "
            "외부의 확인을 보이지 못함",
            "Too few signatures of witnesses in the trust file: by itself it shows no "
            "outside confirmation",
        ),
        "token": _pair(
            "해당 체크포인트가 토큰의 시각에 이미 존재하였다는 점",
            "That this checkpoint existed at the time of the token",
        ),
        "token-unknown": _pair(
            "신뢰 파일에 없는 기관의 것이어서, 이것만으로는 시각을 보이지 못함",
            "Of an authority that the trust file does not list: by itself it shows no "
            "time",
        ),
    },
    "states": {
        "verified": _pair("검증됨", "verified"),
        "open": _pair("검증되었으나 미확정 사항 있음", "intact, with open points"),
    },
    "reasons": {
        "withheld": _pair("비공개 기록 있음", "withheld"),
        "erased": _pair("파기됨", "erased"),
        "missing": _pair("자료 없음", "missing"),
        "weak": _pair("증명 수준 미달", "weak"),
        "facts_disputed": _pair("사실관계 다툼", "facts disputed"),
        "sources_conflict": _pair("자료 상호 모순", "sources conflict"),
    },
    "steps": {
        "changes": _pair("측정된 변경", "measured changes"),
        "checkpoints": _pair("과거 체크포인트", "earlier checkpoints"),
        "consistency": _pair("과거 원장과의 연속", "growth of the log"),
        "credentials": _pair("콘텐츠 자격증명", "content credentials"),
        "custody": _pair("반출 진술의 형식", "form of the custody statement"),
        "cuts": _pair("편집본", "cuts"),
        "files": _pair("프레임 파일", "files of frames"),
        "opinions": _pair("평가의견", "opinions"),
        "origin": _pair("신뢰 파일과의 일치", "agreement with the trust file"),
        "pixels": _pair("프레임의 픽셀", "pixels of frames"),
        "sheets": _pair("서명 시트", "signed sheets"),
        "statements.form": _pair("진술의 형식", "form of statements"),
        "times": _pair("시점확인", "time tokens"),
        "versions": _pair("숏 버전", "versions of shots"),
        "witnesses": _pair("외부 확인자 서명", "signatures of witnesses"),
        "archive": _pair("파일 형식", "form of the archive"),
        "parts": _pair("구성 파일의 해시", "digests of the parts"),
        "entries": _pair("전체 기재", "all entries"),
        "genesis": _pair("원장 개설", "founding of the log"),
        "keys": _pair("키 교체", "rotations of keys"),
        "checkpoint": _pair("체크포인트 서명", "signature of the checkpoint"),
        "index": _pair("목차 서명", "signature of the index"),
        "history": _pair("정정·철회의 순서", "history of acts"),
        "references": _pair("인용 관계", "references"),
        "statements": _pair("공개된 진술의 서명", "signed statements"),
        "points": _pair("인용된 과거 시점", "earlier sizes named"),
        "openings": _pair("비공개 필드의 개봉", "opened private fields"),
        "rights": _pair("정정·확인 권한", "rights of acts"),
        "names": _pair("빠지거나 더해진 파일 없음", "no part too many or missing"),
        "completeness": _pair("종류별 기재 건수", "records counted by kind"),
    },
    "kinds": {
        "anchor.1": _pair("외부 인증", "anchors"),
        "asset.1": _pair("파일", "assets"),
        "change.1": _pair("측정된 변경", "measured changes"),
        "contribution.1": _pair("기여", "contributions"),
        "countersignature.1": _pair("확인 서명", "countersignatures"),
        "cut.1": _pair("편집본", "cuts"),
        "delegation.1": _pair("키의 권한", "delegations"),
        "disposition.1": _pair("의도된 파기", "dispositions"),
        "element.1": _pair("요소", "elements"),
        "engagement.1": _pair("참여 계약", "engagements"),
        "erasure.1": _pair("개인정보 파기", "erasures"),
        "frame.set.1": _pair("프레임 측정", "measured frames"),
        "generation.1": _pair("생성", "generations"),
        "genesis.1": _pair("원장 개설", "founding of the log"),
        "hold.1": _pair("파기 보류", "holds"),
        "key.1": _pair("키", "keys"),
        "opinion.1": _pair("평가의견", "opinions"),
        "party.1": _pair("인물·회사", "parties"),
        "revocation.1": _pair("키 폐지", "revocations"),
        "rotation.1": _pair("키 교체", "rotations"),
        "run.1": _pair("작업 지시", "runs"),
        "seal.set.1": _pair("프레임 봉인", "sealed frames"),
        "shot.1": _pair("숏", "shots"),
        "version.1": _pair("숏 버전", "versions"),
    },
}
"""Korean first; a code without wording is printed as it is."""
