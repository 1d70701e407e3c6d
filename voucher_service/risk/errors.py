"""What the risk room refuses."""

from __future__ import annotations

from voucher_service.errors import Refusal


class NothingToDispute(Refusal):
    """No sign-in of the holder stands at this session."""

    code = "nothing_to_dispute"
    zh = "第{session_no}次课没有您的有效签到记录，没有可以提出异议的内容。"
    en = "No sign-in of yours stands for session {session_no}, so there is nothing to dispute."


class NotImpartial(Refusal):
    code = "not_impartial"
    status = 403
    clause = "二(三)4"
    zh = "您在这家培训机构任职，不能决定它的学员提出的异议。"
    en = "Whoever belongs to the institution does not decide what its trainees dispute."


class VerdictUnfit(Refusal):
    """A hold that nobody disputed can only be lifted; `kind` is what it is about."""

    code = "verdict_unfit"
    status = 422
    zh = "这项暂停（{kind}）不是学员提出的异议，只能解除。"
    en = "This hold ({kind}) is not a holder's dispute; it can only be lifted."
