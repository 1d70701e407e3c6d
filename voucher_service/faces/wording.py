"""The words for what the service keeps as codes, and how days, moments and money are written on a page.

The Chinese stands here; the English of what workers read stands in the catalogue (`display.py`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from flask_babel import gettext

from voucher_service.calendar import CITY_ZONE
from voucher_service.faces import hold_words, outlooks

REGIONS: Final = {
    411202: "湖滨区",
    411203: "陕州区",
    411281: "义马市",
    411282: "灵宝市",
    411221: "渑池县",
    411224: "卢氏县",
    411271: "开发区",
    411272: "一体化示范区",
    411200: "市本级",
}
"""Codes of GB/T 2260, and the two zones that the city counts as regions."""

VOUCHER_STATES: Final = {
    "offered": "待领取",
    "claimed": "已领取，可用",
    "redeemed": "培训中",
    "completed": "已结业，等证书",
    "certified": "已取证",
    "valued": "已定额",
    "publicised": "公示中",
    "payable": "待拨付",
    "paid": "已拨付",
    "expired": "已过期",
    "returned": "已退回",
    "voided": "已作废",
    "forfeited": "已失效",
    "rejected": "未通过",
    "revoked": "已撤销",
    "recovered": "已追回",
}
FACTS: Final = {
    "VoucherOffered": "向您发放",
    "VoucherClaimed": "领取培训券",
    "VoucherReturned": "退回培训券",
    "VoucherRedeemed": "到班用券",
    "RedemptionUndone": "撤销用券",
    "RedemptionGivenBack": "退还培训券",
    "TrainingCompleted": "培训结业",
    "VoucherCertified": "证书核验通过",
    "VoucherValued": "核定补贴",
    "VoucherPublicised": "开始公示",
    "ObjectionUpheld": "异议成立，退回复核",
    "VoucherReleased": "公示结束，可以拨付",
    "VoucherPaid": "补贴拨付",
    "VoucherVoided": "作废",
    "VoucherRejected": "审核未通过",
    "VoucherRevoked": "撤销",
    "VoucherRecovered": "补贴追回",
    "VoucherExpired": "过期",
    "VoucherForfeited": "失效",
}
CLASS_STATES: Final = {
    "draft": "草稿",
    "submitted": "待行业部门审核",
    "industry_approved": "待人社部门审核",
    "approved": "已批准，招生中",
    "in_session": "开班中",
    "ended": "已结束",
    "suspended": "暂停",
    "exam_filed": "已报考核",
    "examined": "已考核",
    "closed": "已办结",
    "refused": "未批准",
    "cancelled": "已取消",
    "disqualified": "已取消资格",
}
LEVELS: Final = {
    "": "不分等级",
    "apprentice": "学徒工",
    "junior": "初级工",
    "intermediate": "中级工",
    "senior": "高级工",
    "technician": "技师",
    "senior_technician": "高级技师",
    "special_technician": "特级技师",
    "chief_technician": "首席技师",
}
CERTIFICATES: Final = {
    "vocational_qualification": "职业资格证书",
    "skill_level": "职业技能等级证书",
    "special_operation": "特种作业操作证",
    "special_equipment": "特种设备作业人员证",
    "special_ability": "专项职业能力证书",
    "completion": "培训合格证书",
}
INSPECTION_KINDS: Final = {
    "first_day": "开班当日检查",
    "mid_course": "培训期间检查",
    "unannounced": "不定期抽查",
}
INSPECTION_STANDINGS: Final = {
    "counts": "计入",
    "outside_days": "不在培训日期内（首日检查须在首日），不计入",
    "outside_sessions": "不在上课时间内，不计入",
}
FAULTS: Final = {
    "fast_forward": "快进播放",
    "several_windows": "多窗口学习",
    "no_popup": "超时无弹窗管控",
    "no_liveness": "没有人脸活体比对",
    "out_of_order": "不按先后顺序学习",
    "no_photo": "课时没有随机照片",
}
"""The six faults of 三(二), in its order."""
ONLINE_REASONS: Final = {**FAULTS, "unlisted_platform": "平台不在目录清单内", "unreported": "平台还没有报告"}
SCORES: Final = {5: "很满意", 4: "满意", 3: "一般", 2: "不满意", 1: "很不满意"}
"""The answers of the satisfaction survey, 二(三)2."""

QUESTIONS: Final = {
    "wants_training": "我愿意参加职业技能培训",
    "wants_work": "我有就业、创业或提升岗位技能的意愿",
    "able_to_attend": "我能按时到班上课、参加考核",
}
"""The willingness questionnaire, 二(三)1."""

SCHOOLINGS: Final = {
    "none": "没有上学",
    "university": "普通高校毕业年度",
    "special_vocational": "特殊职业教育学校毕业年度",
    "other_school": "其他学校毕业年度（中职、高中等）",
}
"""What a claim declares of the schooling, 二(三)1."""

DECLARED: Final = {
    "schooling": "您现在在上学吗？",
    "post": "您现在的岗位属于哪一类？",
    "former_post": "如果转过岗，原来的岗位属于哪一类？",
}

STANDINGS: Final = {
    "confirmed": "已签到",
    "unconfirmed": "机构已登记，本人没有签到",
    "late": "迟到太久，不计",
    "flagged": "签到存疑，等人社部门核实",
    "rejected": "未通过核实或已作废，不计",
    "none": "没有签到",
}
"""How a trainee stands at a session."""

FLAGS: Final = {
    "outside_time": "不在签到时间",
    "outside_place": "离场地太远",
    "no_such_session": "没有这次课",
    "not_of_this_class": "不是本班学员",
    "two_places": "同一时间在另一个班",
    "two_cities": "短时间内在另一个县（市、区）",
    "burst": "短时间内签到人数异常",
    "same_second": "同一设备同一秒多人",
    "repeated": "重复签到",
    "not_live": "不是活体",
    "weak_match": "人脸相似度不足",
    "arrived_late": "人脸记录上传太晚",
    "clock_ahead": "设备时间超前",
    "number_reused": "设备编号重复使用",
}
"""Why a sign-in does not count."""

METHODS: Final = {"code": "本人扫码", "face": "人脸设备", "clerk": "机构登记"}
SIGN_IN_STATES: Final = {
    "confirmed": "已确认",
    "unconfirmed": "未确认",
    "rejected": "已驳回",
    "voided": "已作废",
}

ROLES: Final = {
    "institution_admin": "培训机构管理员",
    "institution_clerk": "培训机构经办人",
    "institution_client": "培训机构的系统",
    "industry_reviewer": "行业部门审核人",
    "field_inspector": "现场检查人员",
    "bureau_clerk": "人社部门经办人",
    "bureau_reviewer": "人社部门审核人",
    "finance": "财政部门",
    "auditor": "审计人员",
    "system_admin": "系统管理员",
    "security_admin": "安全管理员",
    "audit_admin": "审计管理员",
}
"""Who looks at a worker's particulars, in words."""

PURPOSES: Final = {
    "show_class": "查看班级名册",
    "roster_check": "核对花名册",
    "show_plan_form": "计划开班，安排教师",
    "plan_class": "计划开班，安排教师",
    "show_roster": "查看花名册",
    "show_attendance": "登记签到",
    "show_sign_ins": "查看到课",
    "show_sign_in": "核实签到",
    "show_certificate_form": "录入证书",
    "enter_certificate": "录入证书",
    "scan": "到班扫码，核对本人",
    "send_paper_code": "核对纸质券，发验证码",
    "show_person": "窗口代办",
    "review": "窗口代办",
    "show_paper": "窗口打印纸质券",
    "print_paper": "窗口打印纸质券",
    "hand_out_code": "窗口代办，给一次性验证码",
    "ask_phone_change": "窗口更改手机号，发验证码",
    "change_phone": "窗口更改手机号",
    "list_today": "抽查代办记录",
    "list_waiting": "办理异议",
}
"""What for: by the view that showed somebody a worker's particulars."""
OTHER_PURPOSE: Final = "办理业务"

RELATIONS: Final = {
    "spouse": "配偶",
    "child": "子女",
    "parent": "父母",
    "sibling": "兄弟姐妹",
    "other_relative": "其他亲属",
}
"""What a helper is to the person helped."""

NOTICES: Final = {
    "claimed_for_you": "有人代您领取了一张培训券。不是您同意的，可以退回或者提出异议。",
    "code_opened_elsewhere": "您的券码在另一部手机上打开过，原来的已停用。不是您本人，请重新出示并联系当地人社部门。",
    "printed_for_you": "窗口为您打印了纸质培训券。",
    "given_back_for_you": "窗口按您的要求退回了您的培训券。",
    "phone_changed": "窗口更改了您登记的手机号，原来的手机不能再登录。不是您本人办理的，请马上联系当地人社部门。",
    "objection_answered": "您的异议已有答复。",
}
"""What a holder was told, as their pages say it."""

OBJECTION_KINDS: Final = {
    "voucher": "我的培训券",
    "assisted_claim": "别人代我领的券",
    "attendance": "签到和上课",
    "certificate": "证书",
    "subsidy": "补贴",
    "personal_data": "我的个人信息",
    "other": "其他",
}

WORDS: Final = {
    "region_names": REGIONS,
    "voucher_states": VOUCHER_STATES,
    "fact_names": FACTS,
    "class_states": CLASS_STATES,
    "level_names": LEVELS,
    "certificate_names": CERTIFICATES,
    "standing_names": STANDINGS,
    "flag_names": FLAGS,
    "method_names": METHODS,
    "sign_in_states": SIGN_IN_STATES,
    "role_names": ROLES,
    "purposes": PURPOSES,
    "relation_names": RELATIONS,
    "notice_words": NOTICES,
    "objection_kinds": OBJECTION_KINDS,
    "other_purpose": OTHER_PURPOSE,
    "step_names": outlooks.STEP_NAMES,
    "whose_names": outlooks.WHOSE,
    "standing_marks": outlooks.STANDING_MARKS,
    "outcome_names": outlooks.OUTCOMES,
    "hold_kinds": hold_words.HOLD_KINDS,
    "hold_reasons": hold_words.HOLD_REASONS,
    "ruling_kinds": hold_words.RULING_KINDS,
    "ruling_reasons": hold_words.RULING_REASONS,
    "inspection_kinds": INSPECTION_KINDS,
    "inspection_standings": INSPECTION_STANDINGS,
    "fault_names": FAULTS,
    "online_reasons": ONLINE_REASONS,
}
"""What every template can look up."""


def moment(value: datetime) -> str:
    """Write a moment on the city's clock to the minute."""
    return value.astimezone(CITY_ZONE).strftime("%Y-%m-%d %H:%M")


def chinese(text: str) -> str:
    """Of a text in both languages the Chinese half, which ends with the last full stop of its kind."""
    return text[: text.rfind("。") + 1]


def yuan(fen: int) -> str:
    """Write money without ever making a float of it."""
    whole, rest = divmod(fen, 100)
    return str(gettext("%(sum)s 元", sum=f"{whole:,}.{rest:02d}"))
