"""The words that reports print for codes, Korean first: docs and HTML use the same.

States, reasons and headings are the reviewed wording of the house style.
"""

from typing import Final, TypeAlias

Words: TypeAlias = dict[str, dict[str, str]]


def _table(*rows: tuple[str, str, str]) -> Words:
    return {code: {"ko": korean, "en": english} for code, korean, english in rows}


STATES: Final = _table(
    ("supported", "기록상 충족", "supported by the records"),
    ("presumed", "법률상 추정(번복 가능)", "presumed by law, rebuttable"),
    ("on_opinion", "평가의견 전제 충족", "supported on a recorded opinion"),
    (
        "not_supported",
        "기록상 불충족 (권리 부존재를 뜻하지 않음)",
        "not supported by the records (not: no right exists)",
    ),
    ("open", "미확정", "open"),
    ("not_applicable", "해당 없음", "not applicable"),
)

REASONS: Final = _table(
    ("missing", "자료 없음", "nothing recorded"),
    ("weak", "증명 수준 미달", "below the asked strength of evidence"),
    ("judgement", "규범적 평가 필요", "needs a person's judgement"),
    ("disputed", "사실관계 다툼", "facts disputed"),
    ("conflict", "자료 상호 모순", "sources conflict"),
    ("unsettled", "견해 대립·법리 미확립", "law unsettled"),
    ("out_of_force", "적용 기준 없음(시행기간 외)", "no rule in force"),
    ("withheld", "비공개 기록 있음", "withheld"),
    ("erased", "파기됨", "erased"),
)

TRUTHS: Final = _table(
    ("yes", "예", "yes"), ("no", "아니오", "no"), ("unknown", "불명", "unknown")
)

FLOORS: Final = _table(
    ("any", "당사자 진술 이상(제한 없음)", "any: a party says so"),
    ("signed", "전자서명 확인 이상", "signature verified"),
    ("own_system", "자사 시스템 관측 이상", "own system saw it"),
    ("independent", "독립된 제3자 확인 이상", "independently confirmed"),
    ("certified", "공적 인증", "certified"),
)

UNITS: Final = _table(
    ("element", "요소", "element"),
    ("performance", "실연", "performance"),
    ("arrangement", "선택·배열", "arrangement"),
    ("title", "권리 귀속·이전", "chain of title"),
)

PARTS: Final = _table(
    ("whole", "전체", "whole"),
    ("changed", "변경된 부분", "changed part"),
    ("unchanged", "변경되지 않은 부분", "unchanged part"),
)

FLAGS: Final = _table(
    (
        "self_assessed",
        "평가자가 기여자 본인임(자기 평가)",
        "the assessor is a contributor",
    ),
    (
        "not_independent",
        "평가자가 독립적이지 않음(작품 참여자 또는 제작사)",
        "the assessor is not independent of the film",
    ),
    (
        "key_revoked",
        "서명 키가 폐지되어 이 서명은 신뢰되지 않음",
        "the key was revoked: this signature is not believed",
    ),
    (
        "engaged_by_another",
        "작품의 제작사가 아닌 다른 회사와의 계약임",
        "the contract is with another company than the film’s",
    ),
    (
        "derivative-right-not-included",
        "2차적저작물작성권 특약 없음으로 기록됨(포함되지 않은 것으로 추정)",
        "recorded without a term on derivative works: presumed not included",
    ),
)

MANNERS: Final = _table(
    ("black", "화면 없음", "black"),
    ("dissolve", "디졸브", "dissolve"),
    ("layered", "여러 트랙 겹침", "several tracks"),
    ("retimed", "속도 변경", "retimed"),
    ("held", "정지", "held frame"),
)
"""How a cut shows its shots; what runs as delivered has no code."""

PICTURES: Final = _table(
    ("before", "수정 전", "before"),
    ("after", "수정 후", "after"),
    ("source", "원본 소재", "source"),
    ("delivered", "납품 프레임", "delivered frame"),
    ("change", "변경된 자리", "where it changed"),
    ("coverage", "화면 점유 자리", "where it is seen"),
    ("missing", "이 파일은 현재 이 컴퓨터에 없음", "this file is not at hand"),
    ("altered", "기록된 파일과 다름", "a file that differs from the recorded one"),
    ("unreadable", "읽을 수 없는 그림", "a picture that cannot be read"),
)

ENDS: Final = _table(
    ("superseded", "대체됨", "superseded"),
    ("corrected", "정정됨", "corrected"),
    ("withdrawn", "철회됨", "withdrawn"),
)

KINDS: Final = _table(
    ("genesis", "원장 개설", "genesis"),
    ("delegation", "권한 위임", "delegation"),
    ("key", "키 등록", "key"),
    ("party", "인물·단체", "party"),
    ("shot", "숏", "shot"),
    ("element", "요소", "element"),
    ("asset", "소재 등록", "asset"),
    ("generation", "생성", "generation"),
    ("run", "작업 실행", "run"),
    ("version", "숏 판본", "version"),
    ("frame.set", "프레임 측정", "frame set"),
    ("seal.set", "프레임 봉인", "seal set"),
    ("erasure", "파기", "erasure"),
    ("contribution", "기여", "contribution"),
    ("engagement", "계약", "engagement"),
    ("opinion", "평가의견", "opinion"),
    ("change", "변경 측정", "change"),
    ("cut", "편집본", "cut"),
)


def audit_words() -> dict[str, Words]:
    """All tables that an audit report prints from."""
    return {
        "states": STATES,
        "reasons": REASONS,
        "truths": TRUTHS,
        "floors": FLOORS,
        "units": UNITS,
        "parts": PARTS,
        "flags": FLAGS,
        "pictures": PICTURES,
        "ends": ENDS,
        "kinds": KINDS,
        "manners": MANNERS,
    }
