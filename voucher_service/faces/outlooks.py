"""The words of "will this be paid, and what is missing?": one list for worker, institution and bureau."""

from __future__ import annotations

from typing import Final

STEP_NAMES: Final = {
    "redeemed": "到班用券",
    "no_hold": "没有暂停",
    "hold_lifted": "解除暂停",
    "attended": "到课足够，结业",
    "subsidised": "班次没有失去补贴资格",
    "inspected": "班次有过现场检查或有效录像",
    "recorded": "每次课都有录像",
    "surveyed": "满意度调查达标",
    "exam_filed": "报备考核",
    "passed": "考核合格",
    "certificate_entered": "录入证书",
    "head_count": "在检查核定的人数以内",
    "certificate_verified": "核验证书",
    "valued": "补贴定额，两人签字",
    "publicised": "公示",
    "payable": "公示结束，列入拨付",
    "paid": "补贴已拨付",
}
"""The steps of reports' outlook, by their code."""

WHOSE: Final = {
    "holder": "学员",
    "institution": "培训机构",
    "bureau": "人社部门",
    "finance": "财政部门",
}
"""Who has a step that is missing."""

STANDING_MARKS: Final = {
    "done": "✓ 已完成",
    "missing": "! 还缺",
    "later": "以后",
    "impossible": "✕ 办不成了",
}
"""Said in a word, so that no colour has to say it."""

OUTCOMES: Final = {"passed": "合格", "failed": "不合格", "absent": "缺考"}
"""A trainee's exam result."""
