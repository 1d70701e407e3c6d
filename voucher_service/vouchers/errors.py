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


class DeclarationUnreadable(Refusal):
    """`field` is schooling, post or former_post; `choices` are what it may be."""

    code = "declaration_unreadable"
    status = 422
    clause = "二(三)1"
    zh = "领取时须申报在校情况，企业职工还须申报岗位所属的职业分类；“{field}”没有填，或不在可选范围内。"
    en = "A claim declares schooling, and an employee's the field of the post; {field!r} is missing or no such choice."


class FieldUndeclared(Refusal):
    """`choices` are the fields that courses teach, and `other`."""

    code = "field_undeclared"
    status = 422
    clause = "二(三)1"
    zh = "企业职工须申报现岗位（转岗的申报原岗位）所属的职业分类。"
    en = "An employee declares the field of the present post, or of the former one after a transfer."


class RosterSaysOtherwise(Refusal):
    code = "roster_says_otherwise"
    clause = "二(三)1"
    zh = "您申报的岗位或在校情况与花名册上的不一致，这张券暂不能领取。请与培训机构核对，或退出后改领通用券。"
    en = "What you declare of your post or schooling is not what the roster says; have the institution correct it."


class VoucherNotInState(Refusal):
    code = "voucher_not_in_state"
    zh = "培训券当前状态是“{state}”，不能进行这一步。"
    en = "The voucher is in state {state}, from which this step does not lead on."


class CodeHeaderOutdated(Refusal):
    code = "code_header_outdated"
    zh = "券码会话已过时，请重新打开券码页面。"
    en = "The header is not the one that would be signed now; ask for a new one."


class PaperJustPrinted(Refusal):
    """A sheet is told from the one before by the minute of its printing, so there is one a minute."""

    code = "paper_just_printed"
    zh = "这张券刚刚打印过，请一分钟后再打印。"
    en = "This voucher was printed a moment ago; print it again in a minute."


class PaperUnknown(Refusal):
    code = "paper_unknown"
    status = 404
    zh = "没有这个编号的纸质券，请逐位核对。"
    en = "No paper voucher has this number; compare it digit by digit."


class PaperReplaced(Refusal):
    code = "paper_replaced"
    zh = "这张纸质券已重新打印过，旧的一张作废，请出示最新的一张。"
    en = "This sheet has been printed anew and is no longer valid; show the latest one."


class AnswerUnsettled(Refusal):
    """The key is taken by a request whose answer cannot be read yet; asking again is safe and brings it."""

    code = "answer_unsettled"
    zh = "同一编号的请求刚刚被处理，请用同一编号再试一次。"
    en = "A request with this key was settled at this very moment; send it again with the same key."


class ReasonUnknown(Refusal):
    code = "reason_unknown"
    status = 422
    zh = "没有“{reason}”这个原因，请从 {reasons} 中选择。"
    en = "There is no reason {reason!r}; choose one of {reasons}."


class NoteMissing(Refusal):
    code = "note_missing"
    status = 422
    zh = "选择“其他”原因时，请写明说明。"
    en = "The reason 'other' needs a note."


class DecisionOpen(Refusal):
    code = "decision_open"
    zh = "这张券已有同样的申请（{kind}）在等另一人决定。"
    en = "The same request ({kind}) already waits for a second person's decision."


class DecisionMade(Refusal):
    code = "decision_made"
    zh = "这项申请已经有人决定过。"
    en = "This request has been decided already."


class DecisionByOnePerson(Refusal):
    code = "decision_by_one_person"
    clause = "二(三)4"
    zh = "提出和决定必须是两个人，您不能决定自己提出的申请。"
    en = "Two persons decide: whoever asked may not confirm or decline it."


class VoucherOnHold(Refusal):
    """`receipt` is the oldest standing hold's number, `kind` what it is about."""

    code = "voucher_on_hold"
    zh = "这张券已暂停办理（受理编号 {receipt}），作出决定之前不能进行这一步。"
    en = "The voucher is on hold (receipt {receipt}); nothing leads on until two persons have decided."


class DisputedAlready(Refusal):
    code = "disputed_already"
    zh = "这一条您已经提出过异议，一条只受理一次。"
    en = "This line has been disputed already; each is taken up once."


class HoldEnded(Refusal):
    code = "hold_ended"
    zh = "这项暂停已经有了决定。"
    en = "This hold has been decided already."


class HoldOpinionTwice(Refusal):
    code = "hold_opinion_twice"
    clause = "二(三)4"
    zh = "您已经签过意见，须由另一人再签。"
    en = "You have signed your opinion; another person has to sign the next one."
