"""What the scanner says, with and without a net: its sentences, and each refusal's name, sentence and advice.

The page carries them for its scripts, so that a scanner without a net speaks the language that its clerk reads. The
Chinese stands here; the English stands in the catalogue (`display.py`).
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from flask_babel import gettext


class Reason(NamedTuple):
    """Why a scan was refused: in a word, in a sentence for when the service cannot say it, and what to do next."""

    name: str
    sentence: str
    advice: str


REASONS: Final = {
    "code_malformed": Reason("不是券码", "这不是培训券二维码。", "请持券人打开“我的培训券”，再扫一次。"),
    "code_unsupported": Reason("版本不支持", "二维码的版本或类型不受支持。", "请联网更新扫码页面后再扫。"),
    "code_reserved_bits": Reason("标志位不明", "二维码含有未定义的标志位。", "请持券人重新打开培训券。"),
    "code_unknown_key": Reason("密钥不认识", "签发密钥不在本机的密钥目录里。", "请联网同步后再扫。"),
    "code_suite_mismatch": Reason(
        "算法不符", "二维码的算法与密钥目录登记的不一致。", "请持券人重新打开培训券；仍不行请报告人社部门。"
    ),
    "code_key_revoked": Reason("密钥已吊销", "签发密钥已吊销或不在有效期内。", "请持券人重新打开培训券。"),
    "code_outside_session": Reason("不在时段", "二维码不在有效时段内。", "请持券人重新登录，打开新的券码。"),
    "code_stale": Reason("券码过时", "二维码不是现在的，可能是截图。", "请持券人当面打开手机，出示实时刷新的二维码。"),
    "code_bad_signature": Reason(
        "签名无效", "二维码签名无效。", "请持券人重新打开培训券；反复出现请留下记录并报告人社部门。"
    ),
    "code_voucher_revoked": Reason("券已撤销", "这张培训券已被撤销。", "请持券人向发券的人社部门询问。"),
    "code_needs_list": Reason("短码", "短码需要联网核验。", "请联网后再扫，或请持券人出示手机上的券码。"),
    "code_static_needs_person_check": Reason(
        "纸质券", "纸质券须在线核验身份证和一次性验证码。", "请联网后点“纸质券”办理。"
    ),
    "one_time_code_not_accepted": Reason(
        "验证码不对", "一次性验证码不正确，或者已经失效。", "请重新发送，或到人社窗口领取。"
    ),
    "code_session_ended": Reason("登录已替换", "这个二维码已被新的登录取代。", "请持券人重新打开券码。"),
    "code_already_used": Reason(
        "已用过", "这张培训券的券码已经扫过。", "同一张券只能用一次，请看待确认记录或班级名单。"
    ),
    "already_redeemed": Reason(
        "已核销", "这张培训券已经核销。", "同一张券只能用一次。不是本人用的，请持券人在“我的培训券”里反映。"
    ),
    "holder_mismatch": Reason("证件不符", "身份证件与持券人不符，培训券不得转让。", "请持券人本人带身份证到场。"),
    "class_full": Reason("名额已满", "这个班的名额已满。", "请持券人另选班次，券仍然有效。"),
    "class_not_open": Reason("班未开放", "这个班现在不能核销。", "请确认班次已批准且未截止报名。"),
    "class_other_programme": Reason(
        "项目不符", "这个班不属于这张券的项目。", "请持券人选择同一项目的班次，券仍然有效。"
    ),
    "institution_suspended": Reason("机构暂停", "本机构已被暂停。", "请联系人社部门；持券人的券仍然有效。"),
    "institution_barred": Reason(
        "机构不得参加", "本机构在审计、检查中有明显问题。", "请联系人社部门；持券人的券仍然有效，可以另选机构。"
    ),
    "occupation_not_similar": Reason(
        "工种不相近",
        "企业职工学与本岗位相同或相近的工种，转岗的不学原岗位那一类；这个班不合适。",
        "请持券人另选工种合适的班次，券仍然有效。",
    ),
    "pupil_not_admitted": Reason(
        "毕业年度在校生", "毕业年度在校生只能参加创业培训。", "请持券人另选创业培训班，券仍然有效。"
    ),
    "person_not_ready": Reason(
        "本人未满足",
        "上一次培训还没有考核，或刚考核完，或已享受过同工种同等级。",
        "请持券人在“我的培训券”里看从哪天起可以参加。",
    ),
    "voucher_expired": Reason("已到期", "这张培训券已经到期。", "请持券人重新领取。"),
    "voucher_unknown": Reason("没有这张券", "账本里没有这张培训券。", "请持券人重新打开培训券。"),
    "voucher_not_in_state": Reason("状态不符", "这张培训券现在不能使用。", "请持券人在“我的培训券”里查看状态。"),
    "device_revoked": Reason("设备已停用", "这台设备已停用。", "请换一台在用设备，请持券人重新出示券码。"),
    "refused_at_door": Reason("离线时已拒绝", "扫码时已经拒绝。", "请按扫码时的提示办理。"),
    "offline_too_late": Reason("上传太晚", "离线记录超过 72 小时才上传。", "请持券人重新出示券码。"),
    "offline_stale": Reason("离线券码过时", "离线时出示的不是当时的券码。", "请持券人重新出示券码。"),
    "offline_from_future": Reason("时间未到", "券码的时间还没有到，设备或手机的时钟不对。", "请校准时间后再扫。"),
    "offline_number_reused": Reason(
        "编号重复", "同一编号已有另一条记录，设备可能恢复过备份。", "请重新登记这台设备，请持券人重新出示券码。"
    ),
    "offline_log_forked": Reason(
        "记录接不上", "这条记录与前后记录接不上。", "请重新登记这台设备，请持券人重新出示券码。"
    ),
    "offline_entry_not_signed": Reason("设备签名无效", "这条记录的设备签名无效。", "请重新登记这台设备。"),
    "offline_entry_altered": Reason(
        "核对信息改动", "上传的核对信息与扫码时的不一致。", "请持券人重新出示券码和身份证。"
    ),
}
"""By the code of the refusal, as the door and the off-line log can meet it."""

SAYINGS: Final = {
    "ok": "✓ 通过",
    "used": "! 已用过",
    "refused": "✗ 不通过",
    "waiting": "… 已暂存，待确认",
    "code": "编号 {code}",
    "on_line": "● 在线",
    "off_line": "○ 离线",
    "waits": "{count} 条待确认",
    "none_waits": "没有待确认",
    "synced": "上次同步 {time}",
    "not_synced": "尚未同步",
    "not_enrolled": "本机未登记，离线不能扫码",
    "became_redeemed": "✓ 已核销，第 {seat} 座",
    "became_refused": "✗ 未核销：{sentence}",
    "told": "{number} 号 · {time} · {became}",
    "checking": "正在核对券码…",
    "holder": "持券人 {name}",
    "seat": "第 {seat} 座",
    "log_in_expired": "登录已过期，这次没有用券。",
    "log_in_again": "请重新登录后再扫。",
    "no_net_no_keys": "现在没有网络，这台设备也没有登记或同步过，不能离线扫码。",
    "scan_on_line": "请联网后再扫，或换一台已登记的设备。",
    "check_off_line": "离线：请对照身份证原件和本人，填写证件号码与姓名。",
    "other_spelling": "证件号码相符，姓名写法不同（常见于生僻字、间隔点）。核对本人后写明原因，或不放行。",
    "no_answer": "网络中断，没有收到答复；这台设备没有登记，不能暂存。",
    "same_code_again": "请联网后用同一个券码再扫一次。",
    "kept": "第 {number} 号记录已保存在本机，联网后自动上传。",
    "not_yet": "服务器确认之前不算核销。请持券人稍后在“我的培训券”里查看结果。",
    "log_in_to_send": "请重新登录，登录后自动上传暂存的记录。",
    "cannot_keep": "这个浏览器不能保存离线记录，只能联网扫码。",
    "no_code_in_picture": "这张图里没有读到券码，请靠近、对正再拍一张。",
    "no_camera": "摄像头打不开，请用扫码枪、拍照或手工输入。",
    "no_service": "服务没有回答（{status}）",
    "nothing_spent": "这次没有用券。",
    "ask_bureau": "请记下编号，询问人社部门。",
    "this_device": "本机已登记为“{name}”。",
    "this_device_not": "本机还没有登记。",
    "here": "（本机）",
    "send_first": "本机还有没上传的离线记录，请先在扫码页上传，再重新登记。",
    "no_net_to_enrol": "没有网络，登记不了。",
    "leave_first": "这台设备还有 {count} 条离线扫码记录没有上传。"
    "退出后它们加密留在本机，下次登录扫码页才会上传；72 小时后作废。",
    "stay": "先不退出",
    "leave_anyway": "仍然退出",
}
"""By the name that the scripts know a sentence by; {…} is filled there."""


def words() -> dict[str, Any]:
    """Return everything that the scanner may have to say, in the language of whoever asks."""
    return {
        "reasons": {code: [gettext(text) for text in reason] for code, reason in REASONS.items()},
        "sayings": {name: gettext(text) for name, text in SAYINGS.items()},
    }


def leaving_words() -> dict[str, Any]:
    """Return what the other pages of an institution say to somebody who logs out while scans wait."""
    return {
        "reasons": {},
        "sayings": {name: gettext(SAYINGS[name]) for name in ("leave_first", "stay", "leave_anyway")},
    }


def name_of(code: str) -> str:
    """Return a refusal in a word; a code that has none stands for itself."""
    return str(gettext(REASONS[code].name)) if code in REASONS else code
