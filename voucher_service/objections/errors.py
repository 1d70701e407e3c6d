"""What the objections' room refuses."""

from __future__ import annotations

from voucher_service.errors import Refusal


class TooManyObjections(Refusal):
    code = "too_many_objections"
    status = 429
    zh = "您今天已提出{objections_max}次异议，请明天再提，或者到人社窗口。"
    en = "You have objected {objections_max} times today; object again tomorrow, or at the counter."


class WordsUnfit(Refusal):
    code = "words_unfit"
    status = 422
    zh = "请用{least}到{most}个字说明。"
    en = "Say it in {least} to {most} characters."


class ObjectionAnswered(Refusal):
    code = "objection_answered"
    zh = "这条异议已经答复过。"
    en = "This objection has been answered already."
