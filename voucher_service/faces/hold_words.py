"""The words of holds and of rulings on classes, for worker and bureau."""

from __future__ import annotations

from typing import Final

HOLD_KINDS: Final = {
    "redemption": "不是我本人：扫码",
    "sign_in": "不是我本人：签到",
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
