"""What the codes among a refusal's figures are called in its Chinese sentence; the figures themselves stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from voucher_service import errors
from voucher_service.faces import hold_words, outlooks, wording

if TYPE_CHECKING:
    from collections.abc import Mapping

STEPS: Final = {"industry": "行业部门审核", "bureau": "人社部门审核"}
CERTIFICATE_STATES: Final = {"entered": "待核验", "verified": "核验属实", "refused": "核验不属实"}
SHEET_STATES: Final = {
    "uploaded": "待确认列",
    "checking": "核对中",
    "refused": "未通过",
    "accepted": "已生效",
    "discarded": "已放弃",
}
DECISIONS: Final = {"void": "作废", "revoke": "撤销"}
ASKED: Final = {
    "name": "姓名",
    "id_number": "身份证号",
    "occupation": "工种",
    "region_id": "地区",
    "occupation_code": "工种",
    "level": "等级",
    "certificate_type": "证书类型",
    "examined_on": "考核日期",
    "issued_on": "发证日期",
}
REGISTRY_ANSWERS: Final = {"differs": "不一致", "unknown": "没有这份证书"}
RESULTS: Final = {**outlooks.OUTCOMES, "none": "没有登记"}

NAMES: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    **{
        (code, "state"): wording.CLASS_STATES
        for code in (
            *("class_not_in_state", "class_not_held", "class_not_supervised", "roster_too_late"),
            "survey_closed",
        )
    },
    **{(code, "state"): wording.VOUCHER_STATES for code in ("voucher_not_in_state", "attendance_settled")},
    **{(code, "state"): wording.SIGN_IN_STATES for code in ("sign_in_not_standing", "sign_in_settled")},
    ("certificate_decided", "state"): CERTIFICATE_STATES,
    ("sheet_not_in_state", "state"): SHEET_STATES,
    ("certificate_mismatch", "field"): ASKED,
    ("certificate_date_impossible", "field"): ASKED,
    ("certificate_in_future", "field"): ASKED,
    ("certificate_contradicted", "answer"): REGISTRY_ANSWERS,
    ("certificate_contradicted", "fields"): ASKED,
    ("exam_classes_differ", "field"): ASKED,
    ("exam_not_passed", "outcome"): RESULTS,
    ("opinion_out_of_turn", "due"): STEPS,
    ("opinion_out_of_turn", "step"): STEPS,
    ("decision_open", "kind"): DECISIONS,
    ("ruling_open", "kind"): hold_words.RULING_KINDS,
    ("ruling_reason_unknown", "reasons"): hold_words.RULING_REASONS,
    ("verdict_unfit", "kind"): hold_words.HOLD_KINDS,
    ("reason_unknown", "reasons"): hold_words.HOLD_REASONS,
    ("not_licensed", "level"): wording.LEVELS,
    ("standard_missing", "level"): wording.LEVELS,
    ("standard_missing", "certificate_type"): wording.CERTIFICATES,
    ("role_unfit", "role"): wording.ROLES,
}
"""(code, figure) → what its values are called."""

errors.FIGURE_NAMES.update(NAMES)
