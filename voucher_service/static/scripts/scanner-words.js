/** What the scanner says about a refusal when the service is not there to say it, and what to do next. */

const WORDS = {
  code_malformed: ["不是券码", "这不是培训券二维码。", "请持券人打开“我的培训券”，再扫一次。"],
  code_unsupported: ["不支持的券码", "二维码的版本或类型不受支持。", "请联网更新扫码页面后再扫。"],
  code_reserved_bits: ["不支持的券码", "二维码含有未定义的标志位。", "请持券人重新打开培训券。"],
  code_unknown_key: ["密钥不认识", "签发密钥不在本机的密钥目录里。", "请联网同步后再扫。"],
  code_suite_mismatch: ["算法不符", "二维码的算法与密钥目录登记的不一致。", "请持券人重新打开培训券；仍不行请报告人社部门。"],
  code_key_revoked: ["密钥已吊销", "签发密钥已吊销或不在有效期内。", "请持券人重新打开培训券。"],
  code_outside_session: ["不在时段", "二维码不在有效时段内。", "请持券人重新登录，打开新的券码。"],
  code_stale: ["券码过时", "二维码不是现在的，可能是截图。", "请持券人当面打开手机，出示实时刷新的二维码。"],
  code_bad_signature: ["签名无效", "二维码签名无效。", "请持券人重新打开培训券；反复出现请留下记录并报告人社部门。"],
  code_voucher_revoked: ["券已撤销", "这张培训券已被撤销。", "请持券人向发券的人社部门询问。"],
  code_needs_list: ["短码", "短码需要联网核验。", "请联网后再扫，或请持券人出示手机上的券码。"],
  code_static_needs_person_check: ["纸质券", "纸质券须在线核验身份证和一次性验证码。", "请联网后点“纸质券”办理。"],
  code_session_ended: ["登录已替换", "这个二维码已被新的登录取代。", "请持券人重新打开券码。"],
  code_already_used: ["已用过", "这张培训券的券码已经扫过。", "同一张券只能用一次，请看待确认记录或班级名单。"],
  already_redeemed: ["已核销", "这张培训券已经核销。", "同一张券只能用一次。不是本人用的，请持券人在“我的培训券”里反映。"],
  holder_mismatch: ["证件不符", "身份证件与持券人不符，培训券不得转让。", "请持券人本人带身份证到场。"],
  class_full: ["名额已满", "这个班的名额已满。", "请持券人另选班次，券仍然有效。"],
  class_not_open: ["班未开放", "这个班现在不能核销。", "请确认班次已批准且未截止报名。"],
  class_other_programme: ["项目不符", "这个班不属于这张券的项目。", "请持券人选择同一项目的班次，券仍然有效。"],
  institution_suspended: ["机构暂停", "本机构已被暂停。", "请联系人社部门；持券人的券仍然有效。"],
  person_not_ready: ["本人未满足", "上一次培训还没有考核，或刚考核完，或已享受过同工种同等级。", "请持券人在“我的培训券”里看从哪天起可以参加。"],
  voucher_expired: ["已到期", "这张培训券已经到期。", "请持券人重新领取。"],
  voucher_unknown: ["没有这张券", "账本里没有这张培训券。", "请持券人重新打开培训券。"],
  voucher_not_in_state: ["状态不符", "这张培训券现在不能使用。", "请持券人在“我的培训券”里查看状态。"],
  device_revoked: ["设备已停用", "这台设备已停用。", "请换一台在用设备，请持券人重新出示券码。"],
  refused_at_door: ["离线已拒绝", "扫码时已经拒绝。", ""],
  offline_too_late: ["上传太晚", "离线记录超过 72 小时才上传。", "请持券人重新出示券码。"],
  offline_stale: ["券码过时", "离线时出示的不是当时的券码。", "请持券人重新出示券码。"],
};

export const nameOf = (code) => WORDS[code]?.[0] ?? code;
export const sentenceOf = (code) => WORDS[code]?.[1] ?? "这次没有用券。";
export const adviceOn = (code) => WORDS[code]?.[2] ?? "请记下编号，询问人社部门。";
