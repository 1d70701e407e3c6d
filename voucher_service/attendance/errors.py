"""What attendance refuses."""

from __future__ import annotations

from voucher_service.errors import Refusal


class ClassNotOver(Refusal):
    code = "class_not_over"
    zh = "最后一次课还没有结束，不能结班。"
    en = "The last session is not over; the class cannot be closed yet."


class SignInsUndecided(Refusal):
    """Nobody forfeits a voucher over a doubt that no person has looked at."""

    code = "sign_ins_undecided"
    clause = "二(三)2"
    zh = "有 {trainees} 人是否结业取决于存疑的签到，请先等人社部门核实这 {sign_ins} 条。"
    en = "Whether {trainees} trainees complete hangs on {sign_ins} flagged sign-ins; the bureau decides those first."


class SignInNotFlagged(Refusal):
    code = "sign_in_not_flagged"
    zh = "这条签到没有存疑，也不是待确认的登记；要取消请用“作废”。"
    en = "Nothing speaks against this sign-in and nothing about it is open; to take it out, void it."


class SignInNotStanding(Refusal):
    code = "sign_in_not_standing"
    zh = "这条签到是“{state}”或存疑待核实，不能作废。"
    en = "The sign-in is {state} or waits for a decision; only one that stands can be voided."


class VoidOpen(Refusal):
    code = "void_open"
    zh = "这条签到的作废申请已在等另一人决定。"
    en = "Voiding this sign-in waits for a second person already."


class AttendanceSettled(Refusal):
    """The certificate is verified: what it rests on is undone only by revoking the voucher."""

    code = "attendance_settled"
    zh = "这名学员的培训券已是“{state}”，改到课不能再改结果；请由两人撤销培训券。"
    en = "The trainee's voucher is {state}; voiding attendance no longer undoes it. Two persons revoke the voucher."
