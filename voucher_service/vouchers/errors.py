"""What the vouchers' stage refuses."""

from __future__ import annotations

from voucher_service.errors import Refusal


class QuotaExhausted(Refusal):
    code = "quota_exhausted"
    clause = "二(五)"
    zh = "本地区本批次的培训券已经发完。"
    en = "Your region has no voucher left in this programme."


class VoucherAlreadyHeld(Refusal):
    code = "voucher_already_held"
    clause = "二(五)"
    zh = "您已有一张在用的培训券，同一时间只能有一张。"
    en = "You already hold a voucher; one at a time."


class NotEligible(Refusal):
    """`findings` names each failed rule with its clause, and from when the claim would be possible."""

    code = "not_eligible"
    clause = "二(五)"
    zh = "目前不能领取：请看每一条原因，以及从哪一天起可以领取。"
    en = "You cannot claim at present; `findings` says why not, and from when."


class VoucherNotInState(Refusal):
    code = "voucher_not_in_state"
    zh = "培训券当前状态是“{state}”，不能进行这一步。"
    en = "The voucher is in state {state}, from which this step does not lead on."


class CodeHeaderOutdated(Refusal):
    code = "code_header_outdated"
    zh = "券码会话已过时，请重新打开券码页面。"
    en = "The header is not the one that would be signed now; ask for a new one."
