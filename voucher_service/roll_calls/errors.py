"""What roll calls refuse."""

from __future__ import annotations

from voucher_service.calendar import RefusalInTime
from voucher_service.errors import Refusal


class SessionUnknown(Refusal):
    code = "session_unknown"
    status = 422
    zh = "这个班没有第 {session_no} 次课，或者这次课还没有开始。"
    en = "The class has no session {session_no}, or it has not begun."


class ClassNotHeld(Refusal):
    code = "class_not_held"
    zh = "班次当前状态是“{state}”，只有开班中的班次可以登记到课。"
    en = "The class is in state {state}; only a class in session records attendance."


class RollCallNotOpen(Refusal):
    code = "roll_call_not_open"
    zh = "第 {session_no} 次课还没有打开签到码，请先由培训机构打开。"
    en = "The roll call of session {session_no} is not open; the institution opens it first."


class RollCodeMalformed(Refusal):
    code = "roll_code_malformed"
    status = 422
    zh = "这不是签到码，请重新扫码或输入屏幕上的 8 位数字。"
    en = "This is no sign-in code; scan again or type the 8 digits on the screen."


class RollCodeForged(Refusal):
    code = "roll_code_forged"
    status = 422
    zh = "签到码不是这个班的屏幕显示的，请在教室重新扫码。"
    en = "The sign-in code is not one that this class shows; scan the screen in the room."


class RollCodeStale(RefusalInTime):
    code = "roll_code_stale"
    status = 422
    zh = "签到码已在 {ended_at} 过期，每 {seconds} 秒换一次，请看着屏幕重新扫码。"
    en = "The sign-in code ended at {ended_at} (Beijing time); it changes every {seconds} seconds. Scan again."


class MakeUpTooShort(Refusal):
    code = "make_up_too_short"
    status = 422
    clause = "二(三)2"
    zh = "补课{minutes}分钟，少于第 {session_no} 次课的{minutes_min}分钟。"
    en = "The make-up session has {minutes} minutes, fewer than the {minutes_min} of session {session_no}."


class MakeUpImpossible(Refusal):
    """A make-up session follows the session that it makes up, and overlaps with no other meeting of the class."""

    code = "make_up_impossible"
    status = 422
    clause = "二(三)2"
    zh = "补课应安排在第 {session_no} 次课结束之后，且不与本班其他课次重叠。"
    en = "A make-up session follows session {session_no} and overlaps with no other meeting of the class."


class RecordingKnown(Refusal):
    code = "recording_known"
    clause = "二(三)2"
    zh = "这次补课已经登记过录像编号，不能改。"
    en = "The recording of this make-up session is on record already."
