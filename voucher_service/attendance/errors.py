"""What attendance refuses."""

from __future__ import annotations

from voucher_service.errors import Refusal


class SessionUnknown(Refusal):
    code = "session_unknown"
    status = 422
    zh = "这个班没有第 {session_no} 次课，或者这次课还没有开始。"
    en = "The class has no session {session_no}, or it has not begun."


class NotOfThisClass(Refusal):
    code = "not_of_this_class"
    status = 422
    zh = "名单里有 {unknown} 人不在这个班，或其核销已撤销；没有登记任何人。"
    en = "{unknown} on the list are not, or no longer, in this class; nobody was recorded."


class ClassNotOver(Refusal):
    code = "class_not_over"
    zh = "最后一次课还没有结束，不能结班。"
    en = "The last session is not over; the class cannot be closed yet."


class ClassNotHeld(Refusal):
    code = "class_not_held"
    zh = "班次当前状态是“{state}”，只有开班中的班次可以登记到课。"
    en = "The class is in state {state}; only a class in session records attendance."
