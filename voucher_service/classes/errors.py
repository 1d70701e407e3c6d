"""What the classes' stage refuses."""

from __future__ import annotations

from voucher_service.errors import Refusal


class ClassBreaksRules(Refusal):
    """`findings` lists every rule that the plan breaks, with its clause, figures and sentences."""

    code = "class_breaks_rules"
    status = 422
    clause = "二(三)1"
    zh = "开班计划不符合规定，请按所列各条修改后重新制定。"
    en = "The class plan breaks the rules listed in `findings`; make a plan that keeps them."


class ClassNotInState(Refusal):
    code = "class_not_in_state"
    zh = "班次当前状态是“{state}”，不能进行这一步。"
    en = "The class is in state {state}, from which this step does not lead on."


class ClassDatesImpossible(Refusal):
    code = "class_dates_impossible"
    status = 422
    zh = "班次日期不成立：结束日不早于开始日，报名截止不晚于结束日。"
    en = "The class may not end before it starts, and enrolment may not outlast the class."


class SessionsImpossible(Refusal):
    code = "sessions_impossible"
    status = 422
    zh = "第{session_no}次课的时间不成立：应在开班与结业日期之内，先开始后结束，且不与前一次课重叠。"
    en = "Session {session_no} cannot be: sessions lie within the class's days, in order, and never overlap."


class ClassWithoutSessions(Refusal):
    code = "class_without_sessions"
    status = 422
    zh = "请先排定课程表再提交。"
    en = "Schedule the sessions before you submit."


class OpinionOutOfTurn(Refusal):
    code = "opinion_out_of_turn"
    zh = "现在轮到的审核环节是“{due}”，不是“{step}”。"
    en = "The review that is due now is {due!r}, not {step!r}."


class SecondReviewerIsFirst(Refusal):
    code = "second_reviewer_is_first"
    clause = "二(三)4"
    zh = "初审和复核必须由两个人分别签署，您已经签过初审意见。"
    en = "Two persons sign each review, and you have signed the first opinion already."


class ClassNotYet(Refusal):
    code = "class_not_yet"
    zh = "还没有到时候：{day}起才能进行这一步。"
    en = "Too early: this step is possible from {day} on."


class ClassHasTrainees(Refusal):
    code = "class_has_trainees"
    zh = "班内还有{seats_taken}名学员，请先退还他们的培训券。"
    en = "{seats_taken} trainees are still in the class; give their vouchers back first."


class ReasonMissing(Refusal):
    """`findings` lists the warnings that want a written reason before anybody approves."""

    code = "reason_missing"
    status = 422
    clause = "二(二)"
    zh = "本班次会使规定比例不达标或须说明情况，同意时请在意见中写明理由，见所列各条。"
    en = "The warnings in `findings` let nobody approve without a reason; write it into the note."


class RulingReasonUnknown(Refusal):
    code = "ruling_reason_unknown"
    status = 422
    zh = "没有“{reason}”这个原因，请从 {reasons} 中选择。"
    en = "There is no reason {reason!r}; choose one of {reasons}."


class RulingNoteMissing(Refusal):
    code = "ruling_note_missing"
    status = 422
    zh = "选择“其他”原因时，请写明说明。"
    en = "The reason 'other' needs a note."


class RulingOpen(Refusal):
    code = "ruling_open"
    zh = "这个班次已有同样的申请（{kind}）在等另一人决定。"
    en = "The same ruling ({kind}) on this class already waits for a second person's decision."


class RulingMade(Refusal):
    code = "ruling_made"
    zh = "这项申请已经有人决定过。"
    en = "This request has been decided already."


class RulingByOnePerson(Refusal):
    code = "ruling_by_one_person"
    clause = "二(三)4"
    zh = "提出和决定必须是两个人，您不能决定自己提出的申请。"
    en = "Two persons decide: whoever asked may not confirm or decline it."
