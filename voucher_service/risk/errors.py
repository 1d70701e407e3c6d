"""What the risk room refuses."""

from __future__ import annotations

from voucher_service.errors import Refusal


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
