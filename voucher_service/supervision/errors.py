"""What supervision refuses."""

from __future__ import annotations

from voucher_service.calendar import RefusalInTime
from voucher_service.errors import Refusal


class ClassLostSubsidy(Refusal):
    code = "class_lost_subsidy"
    clause = "二(三)2"
    zh = "录像照不到全体学员{incomplete}次，满{strikes}次取消补贴资格：不能报备考核，证书不能定额。"
    en = "{incomplete} recordings miss someone and {strikes} cost a class its subsidy: no exam, no value."


class ClassNotInspected(Refusal):
    """Neither a visit nor effective video supervision."""

    code = "class_not_inspected"
    clause = "二(三)2"
    zh = "这个班的有效检查有{inspections}次、有效视频监管有{videos}次，至少要{inspections_min}次，证书不能定额。"
    en = (
        "The class has {inspections} inspections that count and {videos} effective recordings; {inspections_min} are "
        "the least before a certificate has a value."
    )


class RecordingsMissing(Refusal):
    """`first` is the number of the first session without one."""

    code = "recordings_missing"
    clause = "二(三)2"
    zh = "有{sessions}次课没有登记视频记录，最早是第{first}次课，证书不能定额。"
    en = "{sessions} sessions have no recording, the first of them session {first}: no certificate has a value yet."


class PayableReached(Refusal):
    """`payable` is the average head-count rounded down, `checks` are the counts that it is the average of."""

    code = "payable_reached"
    clause = "二(三)1"
    zh = "检查{checks}次，在位平均{payable}人，已有{valued}份证书定额，不能再给第{next}份定额。"
    en = (
        "{checks} checks found {payable} present on average, and {valued} certificates have a value already: none for "
        "number {next}."
    )


class OnlineNotRecognised(Refusal):
    code = "online_not_recognised"
    clause = "三(二)"
    zh = (
        "有{unrecognised}次线上课不予认可；这名学员到课{attended}次，除去之后为{held}次课的{permille:%}，"
        "至少要{permille_min:%}。"
    )
    en = (
        "{unrecognised} online sessions are not recognised; without them this trainee's {attended} attended sessions "
        "are {permille:%} of {held}, where {permille_min:%} are the least."
    )


class SurveyNotClosed(Refusal):
    code = "survey_not_closed"
    clause = "二(三)2"
    zh = "满意度调查第{round_no}轮还没有结束：已答{answers}份，至少要{answers_needed}份。"
    en = "Round {round_no} of the survey is not closed: {answers} answers, {answers_needed} are the least to close it."


class SurveyTooFewAnswers(Refusal):
    code = "survey_too_few_answers"
    clause = "二(三)2"
    zh = "满意度调查第{round_no}轮只有{answers}份答卷，结业{completed}人，至少要{answers_needed}份才能结束。"
    en = (
        "Round {round_no} of the survey has {answers} answers of {completed} who completed; {answers_needed} are the "
        "least to close it."
    )


class SatisfactionTooLow(Refusal):
    """`permille` is rounded down; `repair_until` is the first day of the next round."""

    code = "satisfaction_too_low"
    clause = "二(三)2"
    zh = (
        "满意度{permille:%}（{answers}份中{satisfied}份满意），低于{permille_min:%}：暂停结业考核，"
        "整改到{repair_until}，之后再调查一轮。"
    )
    en = (
        "Satisfaction is {permille:%} ({satisfied} of {answers}), below {permille_min:%}: the exam is "
        "suspended; repair until {repair_until}, then survey again."
    )


class RepairNotOver(Refusal):
    code = "repair_not_over"
    clause = "二(三)2"
    zh = "整改不少于{months}个月：今天{today}，{repair_until}起才能再次调查。"
    en = "A repair takes {months} months or more: today is {today}, the next round opens from {repair_until} on."


class NothingToRepair(Refusal):
    code = "nothing_to_repair"
    clause = "二(三)2"
    zh = "没有未达标的满意度调查需要整改。"
    en = "No round of the survey has fallen short and waits for its repair."


class SurveyNotOpen(RefusalInTime):
    code = "survey_not_open"
    clause = "二(三)2"
    zh = "满意度调查在最后一次课结束之后开放：{opens_at}。"
    en = "The survey opens when the last session is over: {opens_at} (Beijing time)."


class SurveyClosed(Refusal):
    code = "survey_closed"
    clause = "二(三)2"
    zh = "这个班的满意度调查现在不收答卷，班次状态是“{state}”。"
    en = "The survey of this class takes no answers now; the class is in state {state}."


class SurveyNeedsAttendance(Refusal):
    code = "survey_needs_attendance"
    clause = "二(三)2"
    zh = "没有签到过任何一次课，不能评价这个班。"
    en = "Whoever attended no session does not rate the class."


class SurveyAnswered(Refusal):
    code = "survey_answered"
    clause = "二(三)2"
    zh = "这一轮您已经评价过，每张券每轮一次。"
    en = "You have answered this round already; each voucher answers once a round."


class InspectionInFuture(RefusalInTime):
    code = "inspection_in_future"
    status = 422
    zh = "检查时间 {inspected_at} 还没有到，现在是 {now}。"
    en = "The inspection's time {inspected_at} is still to come; it is {now} (Beijing time)."


class InspectionPlacesFilled(Refusal):
    """Annex 3 has one place for the first day and two during the course; more visits are unannounced ones."""

    code = "inspection_places_filled"
    clause = "附件3"
    zh = "这一类检查已有{made}次，申请表上只有{places}处；多做的检查请记为不定期抽查。"
    en = "{made} inspections of this kind are recorded and the form has {places} places; record more as unannounced."


class InspectionCorrected(Refusal):
    code = "inspection_corrected"
    zh = "这条检查记录已经更正过，请更正最新的一条。"
    en = "This inspection has been corrected already; correct its latest row."


class InspectionReasonMissing(Refusal):
    code = "inspection_reason_missing"
    status = 422
    zh = "更正检查记录须写明理由。"
    en = "Correcting an inspection wants a reason."


class ClassNotSupervised(Refusal):
    code = "class_not_supervised"
    zh = "班次当前状态是“{state}”，不能登记过程监管。"
    en = "The class is in state {state}; only a class that was approved is supervised."


class RecordingOutsideSession(RefusalInTime):
    code = "recording_outside_session"
    status = 422
    clause = "二(三)2"
    zh = "录像 {starts_at} 至 {ends_at} 不在第{session_no}次课（{session_from} 至 {session_to}）之内，或还没有录完。"
    en = (
        "A recording from {starts_at} to {ends_at} shows nothing of session {session_no} ({session_from} to "
        "{session_to}), or is not over (Beijing time)."
    )


class RecordingUsed(Refusal):
    code = "recording_used"
    clause = "二(三)2"
    zh = "这份视频（摘要相同）已经登记过，一份视频只能证明一次课。"
    en = "A recording with this digest is registered already; one recording proves one session."


class JudgementReasonMissing(Refusal):
    code = "judgement_reason_missing"
    status = 422
    zh = "改判一份录像须写明理由。"
    en = "Judging a recording again wants a reason."


class SessionNotOnline(Refusal):
    code = "session_not_online"
    status = 422
    clause = "三(二)"
    zh = "第{session_no}次课不是线上课。"
    en = "Session {session_no} is not an online one."


class PlatformUnavailable(Refusal):
    code = "platform_unavailable"
    status = 503
    zh = "线上培训平台现在没有应答，请稍后再取。"
    en = "The online platform does not answer now; fetch its reports later."


class PlatformAnswerUnsound(Refusal):
    """`fault` says what is wrong with what the platform sent; nothing of it was recorded."""

    code = "platform_answer_unsound"
    status = 502
    clause = "三(二)"
    zh = "线上培训平台的报告不合格式（{fault}），一条也没有登记。"
    en = "The online platform's report is not as agreed ({fault}); nothing of it was recorded."
