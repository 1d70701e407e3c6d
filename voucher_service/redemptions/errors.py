"""Why a scan may be refused, besides what the code itself says."""

from __future__ import annotations

from voucher_service.calendar import RefusalInTime
from voucher_service.errors import Refusal


class AlreadyRedeemed(RefusalInTime):
    code = "already_redeemed"
    clause = "二(五)"
    zh = "这张培训券已在 {redeemed_at} 核销，不能再次使用。"
    en = "This voucher was redeemed on {redeemed_at} (Beijing time)."


class VoucherUnknown(Refusal):
    code = "voucher_unknown"
    status = 404
    zh = "账本里没有这张培训券。"
    en = "The ledger knows no such voucher."


class VoucherExpired(RefusalInTime):
    code = "voucher_expired"
    zh = "这张培训券已在 {expired_at} 到期。"
    en = "This voucher expired on {expired_at} (Beijing time)."


class SessionEnded(Refusal):
    code = "code_session_ended"
    zh = "这个二维码已被新的登录取代，请持券人重新打开券码。"
    en = "A newer session has replaced this code; the holder opens the voucher again."


class ClassNotOpen(Refusal):
    code = "class_not_open"
    zh = "这个班现在不能核销：未批准、已截止报名，或不属于本机构。"
    en = "This class takes no redemption now: not approved, past its cut-off, or not yours."


class ClassFull(Refusal):
    code = "class_full"
    clause = "二(三)1"
    zh = "这个班 {capacity} 个名额已满。"
    en = "All {capacity} seats of this class are taken."


class ClassOfOtherProgramme(Refusal):
    code = "class_other_programme"
    zh = "这个班不属于这张券的项目。"
    en = "This class belongs to another programme than the voucher."


class OccupationNotSimilar(Refusal):
    """R16; of the person only that they declared another field of work."""

    code = "occupation_not_similar"
    clause = "二(三)1"
    zh = "本班工种“{occupation}”（{occupation_code}）与持券人申报的岗位不相同也不相近，或与转岗前的岗位同类。"
    en = "The class teaches {occupation_code} ({occupation}): not similar to the post declared, or to that of before."


class PupilNotAdmitted(Refusal):
    """R17j; start-up courses are open to pupils."""

    code = "pupil_not_admitted"
    clause = "二(三)1"
    zh = "持券人申报为毕业年度在校生，只能参加创业培训；本班工种是“{occupation}”（{occupation_code}）。"
    en = "The holder declared to be a pupil in the last year; {occupation_code} ({occupation}) is no start-up course."


class PersonNotReady(Refusal):
    code = "person_not_ready"
    clause = "三(二)"
    zh = "上一次培训未考核、考核不足一个月，或同工种同等级已享受补贴。"
    en = "An earlier course is not examined, was examined under a month ago, or gave this occupation and level already."


class UndoTooLate(Refusal):
    code = "undo_too_late"
    zh = "核销超过 {days_max} 天，不能撤销。"
    en = "A redemption can be undone within {days_max} days."


class AttendedAlready(RefusalInTime):
    """The first attended session ends the right to undo, whoever recorded it and whenever it is asked."""

    code = "attended_already"
    zh = "持券人已在 {first_attended_at} 登记到课，不能撤销核销。"
    en = "The holder was recorded present on {first_attended_at} (Beijing time); the redemption stands."


class RedemptionOver(Refusal):
    code = "redemption_over"
    zh = "这次核销已经撤销或退还。"
    en = "This redemption has been undone or given back already."


class UndoNotAsked(Refusal):
    code = "undo_not_asked"
    clause = "二(三)4"
    zh = "培训机构还没有提出撤销申请，不能单方面撤销。"
    en = "The institution has not asked for this redemption to be undone, and one side alone cannot undo it."
