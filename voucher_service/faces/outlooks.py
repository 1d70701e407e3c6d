"""The words of "will this be paid, and what is missing?": one list for worker, institution and bureau."""

from __future__ import annotations

from typing import Final

STEP_NAMES: Final = {
    "redeemed": "到班用券",
    "no_hold": "没有暂停",
    "attended": "到课足够，结业",
    "exam_filed": "报备考核",
    "passed": "考核合格",
    "certificate_entered": "录入证书",
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

HOLD_KINDS: Final = {
    "redemption": "不是我本人：扫码",
    "bureau": "人社部门暂停",
    "class": "班次暂停",
}
HOLD_REASONS: Final = {
    "not_there": "持券人说没有去",
    "identity_misused": "身份可能被冒用",
    "attendance_forged": "到课记录可能造假",
    "class_irregular": "班次有问题",
    "certificate_doubtful": "证书存疑",
    "under_investigation": "正在调查",
    "suspended": "班次暂停",
    "other": "其他",
}
RULING_KINDS: Final = {"suspend": "暂停班次", "lift": "恢复班次", "disqualify": "取消资格"}
RULING_REASONS: Final = {
    "trainees_not_there": "学员不实",
    "recordings": "录像多次不全",
    "satisfaction": "满意度不达标",
    "online_platform": "线上平台问题",
    "inspection": "检查发现问题",
    "institution_barred": "机构不得参加",
    "other": "其他",
}
