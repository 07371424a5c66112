"""Remarks on lines of a roll, in Korean and English."""

from enum import Enum


class Note(Enum):
    """What a reader of a line should know; the value is its code."""

    UNKNOWN_ACT = "unknown_act"
    UNKNOWN_ROLE = "unknown_role"
    DISPUTED = "disputed"
    ERASED = "erased"
    NOT_REGISTERED = "not_registered"
    STUDIO = "studio"

    def to_json(self, detail: str = "") -> dict[str, str]:
        """The note as it stands in a roll."""
        ko, en = _TEXTS[self]
        after = f": {detail}" if detail else ""
        return {"code": self.value, "ko": f"{ko}{after}", "en": f"{en}{after}"}


_TEXTS = {
    Note.UNKNOWN_ACT: ("직무표에 없는 행위", "an act that no role names"),
    Note.UNKNOWN_ROLE: ("직무표에 없는 직무", "a role that the table lacks"),
    Note.DISPUTED: ("사실관계 다툼", "another party contradicts it"),
    Note.ERASED: (
        "파기됨: 몇 명인지 기록으로 알 수 없음",
        "erased: how many people stand here is not known",
    ),
    Note.NOT_REGISTERED: ("등록되지 않은 당사자", "a party that is not registered"),
    Note.STUDIO: ("원장을 보유한 단체", "owns the log"),
}


class Unseen(Enum):
    """Why a contribution or somebody has no line; the value is its code."""

    SHOT_NOT_IN_CUT = "shot_not_in_cut"
    FRAMES_NOT_IN_CUT = "frames_not_in_cut"
    ELEMENT_NOT_SEEN = "element_not_seen"
    FILES_NOT_SEEN = "files_not_seen"
    NO_PLACE = "no_place"
    ENGAGES_ONLY = "engages_only"

    def to_json(self) -> dict[str, str]:
        """The reason as it stands in a roll."""
        ko, en = _REASONS[self]
        return {"code": self.value, "ko": ko, "en": en}


_REASONS = {
    Unseen.SHOT_NOT_IN_CUT: (
        "숏이 편집본에 없음",
        "the shot is not in the cut",
    ),
    Unseen.FRAMES_NOT_IN_CUT: (
        "해당 프레임이 편집본에 없음",
        "none of the frames is in the cut",
    ),
    Unseen.ELEMENT_NOT_SEEN: (
        "구성 요소가 편집본에서 보이지 않음",
        "the element is not seen in the cut",
    ),
    Unseen.FILES_NOT_SEEN: (
        "파일이 편집본에서 보이는 화면으로 이어지지 않음",
        "no file leads to anything seen in the cut",
    ),
    Unseen.NO_PLACE: (
        "숏·구성 요소·파일 어느 것도 기록되지 않음",
        "no shot, element or file was recorded",
    ),
    Unseen.ENGAGES_ONLY: (
        "크레딧 행이 있는 사람과 계약한 상대방일 뿐 자체 기여의 기록이 없음",
        "engages somebody who has a line; no work of its own is recorded",
    ),
}


class Gap(Enum):
    """What is not recorded of files that are seen; the value is its code."""

    NOTHING_RECORDED = "nothing_recorded"
    GENERATION_MISSING = "generation_missing"
    BEFORE_UNRECORDED = "before_unrecorded"

    def to_json(self) -> dict[str, str]:
        """The reason as it stands in a roll."""
        ko, en = _GAPS[self]
        return {"code": self.value, "ko": ko, "en": en}


_GAPS = {
    Gap.NOTHING_RECORDED: (
        "파일이 어떻게 만들어졌는지 기록되지 않음",
        "nothing records how these files were made",
    ),
    Gap.GENERATION_MISSING: (
        "생성물로 표시되었으나 생성 기록이 없음",
        "declared as generated; no generation is recorded",
    ),
    Gap.BEFORE_UNRECORDED: (
        "수정 전 그림의 출처가 기록되지 않음",
        "the origin of the picture before the edit is not recorded",
    ),
}
