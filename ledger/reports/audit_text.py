"""Fixed texts of an audit report: what it says, what it does not, how to read it."""

from typing import Final

from ledger.reports.wording import Words

Lines = list[dict[str, str]]

TITLE: Final = {
    "ko": "저작권 권리관계 검토보고서",
    "en": "Report on authorship and rights, from the records",
}

QUESTIONS: Final[Words] = {
    "authorship": {
        "ko": "인간의 창작적 기여가 기록상 나타나는가",
        "en": "Do the records show human creative contributions?",
    },
    "chain-of-title": {
        "ko": "권리의 귀속과 이전이 기록상 나타나는가",
        "en": "Do the records show whose the rights are and how they moved?",
    },
}

DISCLAIMER: Final[Lines] = [
    {
        "ko": "이 보고서는 원장의 기록이 적용 기준의 요건을 충족하는지를 적은 "
        "것입니다. 법률 자문이 아니며, 권리가 있는지 없는지를 판단하지 않습니다.",
        "en": "It says whether the records of a ledger meet the conditions of the "
        "rules applied. It is no legal advice and does not decide whether a right "
        "exists.",
    },
    {
        "ko": "‘기록상 불충족’은 이 기록으로는 요건이 보이지 않는다는 뜻일 뿐, "
        "권리가 없다는 뜻이 아닙니다.",
        "en": "“Not supported” means that these records do not show it, never that "
        "no right exists.",
    },
    {
        "ko": "원장에 있다는 것은 그 시점까지 그렇게 진술되거나 측정되었다는 "
        "증명이며, 진술이 참이라는 증명이 아닙니다.",
        "en": "That something is logged proves that it was said or measured by then, "
        "not that what was said is true.",
    },
    {
        "ko": "‘창작적 표현’ 같은 평가는 계산하지 않습니다. 위임받은 평가자가 그 "
        "프레임을 보고 남긴 의견만 이를 채웁니다.",
        "en": "Whether something is creative expression is never computed: only a "
        "delegated assessor's opinion on those very frames fills it.",
    },
]

READING: Final[Lines] = [
    {
        "ko": "백분율은 이 문서에서만 만들며, 소수 첫째 자리까지 반올림하고(0.05 % "
        "이상은 올림), 그 바탕이 되는 정수를 함께 적습니다. 0이 아닌 값은 0.0 %로, "
        "전부가 아닌 값은 100.0 %로 적지 않습니다.",
        "en": "Percentages are made in this document only, rounded to one decimal, "
        "half upwards, with the whole numbers beside them. What is not zero is never "
        "shown as 0.0 %, what is not all never as 100.0 %.",
    },
    {
        "ko": "화면 점유율은 요소가 보이는 정도의 하한과 상한이며(단위: 화소의 "
        "1/32768), 창작성이나 노력의 비율이 아닙니다.",
        "en": "Coverage is a lower and an upper bound of how much of an element is "
        "seen (unit: 1/32768 pixel); it is no share of creativity or effort.",
    },
    {
        "ko": "프레임 구간은 첫 프레임과 마지막 프레임을 모두 포함합니다.",
        "en": "Ranges of frames include their first and their last frame.",
    },
    {
        "ko": "필름 스트립에서 구간이 너무 많은 행은 360칸으로 나누어 그리며, 각 "
        "칸은 그 안에서 가장 불확실한 답을 나타냅니다. 정확한 구간은 표에 있습니다.",
        "en": "A row of the film strip with too many ranges is drawn in 360 columns, "
        "each with the most doubtful answer within it; the table has the exact "
        "ranges.",
    },
    {
        "ko": "그림은 보기 위하여 긴 변을 640화소 이하로 줄인 것입니다. 원본은 "
        "SHA-256으로 확인한 파일이며, 이 컴퓨터에 없는 파일은 없다고 적습니다.",
        "en": "Pictures are made small for looking, at most 640 pixels on the longer "
        "side, from files found by SHA-256; a file that is not at hand is said to be "
        "missing.",
    },
]

CHANGE_LEGEND: Final = {
    "ko": "빗금: 화소가 변경된 64×64 칸 (촘촘하면 절반 이상)",
    "en": "hatched: tiles with changed pixels (dense: half or more)",
}
COVERAGE_LEGEND: Final = {
    "ko": "빗금: 요소가 보이는 64×64 칸 (촘촘하면 절반 이상)",
    "en": "hatched: tiles that show the element (dense: half or more)",
}
