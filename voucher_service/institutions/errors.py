"""Why an institution may not teach."""

from __future__ import annotations

from voucher_service.errors import Refusal


class InstitutionSuspended(Refusal):
    code = "institution_suspended"
    status = 403
    clause = "二(三)3"
    zh = "该培训机构自 {suspended_on} 起被暂停，不能开展补贴性培训。"
    en = "The institution is suspended since {suspended_on} and may not train at public cost."


class InstitutionBarred(Refusal):
    code = "institution_barred"
    status = 403
    clause = "二(二)"
    zh = "该培训机构在审计、检查中发现过明显问题，不得承担补贴性培训。"
    en = "An audit had findings on the institution, so it takes part in nothing that is subsidised."


class NotLicensed(Refusal):
    code = "not_licensed"
    clause = "三(二)"
    zh = "该培训机构在{day}没有工种{occupation_code}、等级“{level}”的培训资质。"
    en = "On {day} the institution holds no licence for occupation {occupation_code}, level {level!r}."


class AlreadySuspended(Refusal):
    code = "already_suspended"
    zh = "该培训机构已经处于暂停状态。"
    en = "The institution is suspended already."


class NotSuspended(Refusal):
    code = "not_suspended"
    zh = "该培训机构没有待解除的暂停；黑名单和审计问题另行办理。"
    en = "No suspension of this institution is open; the black list and audit findings end in ways of their own."


class LiftNotAsked(Refusal):
    code = "lift_not_asked"
    clause = "二(三)4"
    zh = "还没有人申请解除暂停，不能一个人解除。"
    en = "Nobody has asked for this suspension to be lifted, and one person alone cannot lift it."


class RequestChanged(Refusal):
    code = "request_changed"
    clause = "二(三)4"
    zh = "这份申请在您看过以后已经改动，请重新查看理由，再决定是否确认。"
    en = "The request is not the one you read any more; read its reason again before you confirm it."


class DeviceProofInvalid(Refusal):
    code = "device_proof_invalid"
    status = 422
    zh = "设备没有证明它持有自己的密钥，请在要登记的那台设备上重新操作。"
    en = "The device did not prove that it holds its key; enrol it on the device itself."


class DeviceKeyKnown(Refusal):
    code = "device_key_known"
    zh = "这台设备的密钥已经登记过。"
    en = "This device's key is enrolled already."


class TooManyDevices(Refusal):
    code = "too_many_devices"
    zh = "在用设备已达 {devices_max} 台，请先停用不再使用的设备。"
    en = "{devices_max} devices are in use; stop one that is no longer used first."


class DeviceAlreadyRevoked(Refusal):
    code = "device_already_revoked"
    zh = "这台设备已经停用。"
    en = "The device is revoked already."


class AlreadyOnRegister(Refusal):
    code = "already_on_register"
    zh = "登记册里已经有这位教师或这个场地。"
    en = "The register has this teacher or room already."


class AlreadyConfirmed(Refusal):
    code = "already_confirmed"
    zh = "这一条已经确认过。"
    en = "This entry is confirmed already."


class SecondPersonIsFirst(Refusal):
    code = "second_person_is_first"
    clause = "二(三)4"
    zh = "录入和确认必须由两个人分别进行。"
    en = "Whoever entered this may not confirm it: it takes two persons."


class LicenceOverlaps(Refusal):
    code = "licence_overlaps"
    clause = "三(二)"
    zh = "该工种、等级的资质自{valid_from}起已有效，不必重复登记。"
    en = "A licence for this occupation and level is in force from {valid_from} on."


class LicenceBackdated(Refusal):
    code = "licence_backdated"
    clause = "三(二)"
    zh = "变更自变更之日起生效：{valid_from}早于该资质上一次的结束日{ended_on}。"
    en = "A change counts from its own day on: {valid_from} is before the earlier licence ended, {ended_on}."


class NotOnBlackList(Refusal):
    code = "not_on_black_list"
    clause = "二(三)3"
    zh = "该培训机构没有对应的黑名单记录。"
    en = "The institution has no such entry on the black list."


class OnBlackListAlready(Refusal):
    code = "on_black_list_already"
    clause = "二(三)3"
    zh = "该培训机构已有一条未结束的黑名单记录。"
    en = "The institution has an entry on the black list that has not ended."


class ListingNotYet(Refusal):
    code = "listing_not_yet"
    status = 422
    clause = "二(三)3"
    zh = "列入黑名单的日期{listed_from}还没到，请在当天办理。"
    en = "A listing counts from today or earlier; {listed_from} is still to come."
