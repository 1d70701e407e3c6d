"""Why an institution may not teach."""

from __future__ import annotations

from voucher_service.errors import Refusal


class InstitutionSuspended(Refusal):
    code = "institution_suspended"
    status = 403
    clause = "二(三)3"
    zh = "该培训机构已被暂停，不能开展补贴性培训。"
    en = "The institution is suspended and may not train at public cost."


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
