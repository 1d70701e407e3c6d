"""What the exams' stage refuses."""

from __future__ import annotations

from voucher_service.errors import Refusal


class ExamFiledTooLate(Refusal):
    code = "exam_filed_too_late"
    clause = "附件3"
    zh = "考核须至少提前{days_min}天报备：今天是{today}，最早可报{earliest}，不能报{held_on}。"
    en = "An exam is filed {days_min} days ahead: today is {today}, the earliest is {earliest}, not {held_on}."


class ExamClassesDiffer(Refusal):
    """`field` is occupation_code, level or region_id."""

    code = "exam_classes_differ"
    status = 422
    clause = "二(三)3"
    zh = "集中考核的班次须为同一区域、同一工种、同一等级，所报班次的 {field} 不一致。"
    en = "Classes examined together are of one region, occupation and level; these differ in {field}."


class ExamWithdrawn(Refusal):
    code = "exam_withdrawn"
    zh = "这次考核的报备已经撤回。"
    en = "The filing of this exam has been withdrawn."


class ExamAlreadyHeld(Refusal):
    code = "exam_already_held"
    zh = "考核日是{held_on}，当天起不能再撤回报备。"
    en = "The exam is on {held_on}; from that day on its filing cannot be withdrawn."


class ExamNotYetHeld(Refusal):
    code = "exam_not_yet_held"
    zh = "考核日是{held_on}，次日起才能登记成绩。"
    en = "The exam is on {held_on}; results are entered from the day after."


class NotACandidate(Refusal):
    """`unknown` counts them: not of these classes, not completed, or certified already."""

    code = "not_a_candidate"
    status = 422
    clause = "二(三)3"
    zh = "有{unknown}人不是这次考核的应考学员：不在所报班次、未结业，或已取证。"
    en = "{unknown} of these are no candidates: not of these classes, not completed, or certified already."


class CompletedAfterExam(Refusal):
    code = "completed_after_exam"
    clause = "二(三)2"
    zh = "这名学员{completed_on}才结业，考核日是{held_on}：考核后结业的须参加下一次报备的考核，不能登记这次的成绩。"
    en = (
        "The trainee completed on {completed_on} and the exam was on {held_on}: whoever completes after an exam "
        "sits the next one that is filed and has no result of this one."
    )


class ResultTwice(Refusal):
    code = "result_twice"
    status = 422
    zh = "同一学员在一次提交中只能有一个成绩。"
    en = "A trainee has one result in one submission."


class ResultReasonMissing(Refusal):
    code = "result_reason_missing"
    status = 422
    zh = "更正已登记的成绩须写明理由。"
    en = "Correcting a result that is entered wants a reason."


class ExamNotFiled(Refusal):
    """`filed` counts the class's standing filings, `exams_min` what its rule pack demands."""

    code = "exam_not_filed"
    clause = "附件3"
    zh = "本班报备了{filed}次考核，至少要报备{exams_min}次；没有报备考核的班次不能登记、核验证书。"
    en = "The class has filed {filed} exams and needs {exams_min}: without a filed exam no certificate counts."


class ExamDayMismatch(Refusal):
    code = "exam_day_mismatch"
    clause = "附件3"
    zh = "证书的考核日期{examined_on}不是报备的考核日{held_on}。"
    en = "The certificate's exam day {examined_on} is not the filed one, {held_on}."


class ExamNotPassed(Refusal):
    """`outcome` is failed, absent, or none while no result is entered."""

    code = "exam_not_passed"
    clause = "二(五)"
    zh = "这名学员的考核成绩是“{outcome}”，没有通过考核不能登记证书。"
    en = "The trainee's exam result is {outcome}; without a pass no certificate is entered."


class OutcomeUnreadable(Refusal):
    code = "outcome_unreadable"
    status = 422
    zh = "成绩只能填“合格”“不合格”或“缺考”。"
    en = "A result is passed, failed or absent."
