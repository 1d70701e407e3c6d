"""Disputes and holds: "I was not there", or the bureau stops a voucher; two persons decide, and what follows.

Class, redemption, voucher: every verb here locks in this order, so that a dispute, a close and two deciders at once
come one after another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import current_app

from voucher_service.accounts import service as accounts
from voucher_service.attendance import service as attendance
from voucher_service.classes import service as classes
from voucher_service.errors import NotFound
from voucher_service.institutions import service as institutions
from voucher_service.ledger.service import Actor
from voucher_service.redemptions import service as redemptions
from voucher_service.redemptions.errors import RedemptionOver
from voucher_service.risk.catching_up import catch_up
from voucher_service.risk.errors import NothingToDispute, NotImpartial, VerdictUnfit
from voucher_service.risk.rulings import rule as rule_class
from voucher_service.risk.rulings import settle as settle_ruling
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import HOLDER

__all__ = [
    "DISPUTES",
    "Line",
    "decide",
    "dispute",
    "find",
    "hold_voucher",
    "of_holder",
    "own",
    "own_redemption",
    "rule_class",
    "settle_ruling",
    "waiting",
]

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from voucher_service.web.access import Caller

DISPUTES: Final = ("redemption", "sign_in")
"""Kinds of holds that a holder places; two persons uphold or lift them, the others they only lift."""

UPHOLD: Final = "uphold"
NOT_THERE: Final = "not_there"


@dataclass(frozen=True, slots=True)
class Line:
    """A hold as it is shown: with its end, what was said of it, and the redemption that it is about, if any."""

    hold: Any
    ended: Any
    opinions: Sequence[Any]
    redemption: Any


def dispute(redemption_id: int, session_no: int | None, caller: Caller, now: datetime) -> Any:
    """Take up "I was not there" about a scan, or about the sign-in of one session; returns the hold, its receipt.

    The voucher stands still from now on. Refusals: NotFound, RedemptionOver, NothingToDispute, VoucherNotInState,
    DisputedAlready.
    """
    redemption = own_redemption(redemption_id, caller)
    if session_no is not None and session_no not in attendance.disputable_sessions(redemption):
        raise NothingToDispute(session_no=session_no)
    voucher = vouchers.find(redemption.region_id, redemption.voucher_id)
    return vouchers.place_hold(
        voucher, "redemption" if session_no is None else "sign_in", reason=NOT_THERE, note="",
        by=(HOLDER, caller.subject_id), now=now, subject=redemption.redemption_id, session_no=session_no or 0,
    )  # fmt: skip


def hold_voucher(region_id: int, voucher_id: int, reason: str, note: str, *, caller: Caller, now: datetime) -> Any:
    """Stop a voucher for the bureau; one person is enough to stop it, two lift it.

    Refusals: NotFound, ReasonUnknown, NoteMissing, VoucherNotInState.
    """
    _require_own_region(region_id, caller)
    voucher = vouchers.find(region_id, voucher_id)
    by = (caller.role, caller.person_id or caller.subject_id)
    return vouchers.place_hold(voucher, "bureau", reason=reason, note=note, by=by, now=now)


def decide(region_id: int, hold_id: int, verdict: str, reason: str, *, caller: Caller, now: datetime) -> Line:
    """Sign one person's opinion; when two agree the hold ends, and what was upheld or skipped meanwhile follows.

    An upheld redemption is given back while its voucher is in training, later the voucher is revoked. An upheld sign-in
    no longer counts, and whoever completed only with it is revoked. A lifted hold lets the step follow that the close
    of the class skipped. `reason` is what the holder reads.
    Refusals: NotFound, NotImpartial, VerdictUnfit, HoldEnded, HoldOpinionTwice. Source: two persons, 二(三)4.
    """
    _require_own_region(region_id, caller)
    hold = vouchers.find_hold(region_id, hold_id)
    if verdict == UPHOLD and hold.kind not in DISPUTES:
        raise VerdictUnfit(kind=hold.kind)
    redemption = _lock_what_it_is_about(hold)
    if redemption is not None and accounts.works_for(caller.person_id, redemption.institution_id):
        raise NotImpartial
    outcome = vouchers.opine(hold, verdict, reason, caller, now)
    if outcome is not None:
        vouchers.end_hold(hold, outcome, reason, now)
        if outcome == UPHOLD:
            _uphold(hold, redemption, reason, Actor(caller.role, caller.subject_id), now)
        catch_up(region_id, hold.voucher_id, now)
    return shown(vouchers.find_hold(region_id, hold_id))


def waiting(caller: Caller) -> list[Line]:
    """Return the holds that stand in the caller's region, for the city's bureau in all; oldest first."""
    region_id = None if caller.region_id == institutions.CITY_REGION else caller.region_id
    return [shown(hold) for hold in vouchers.holds_waiting(region_id)]


def find(region_id: int, hold_id: int, caller: Caller) -> Line:
    """Return one hold of the caller's region. Refusals: NotFound."""
    _require_own_region(region_id, caller)
    return shown(vouchers.find_hold(region_id, hold_id))


def own(caller: Caller, hold_id: int) -> Line:
    """Return a hold of one of the holder's own vouchers; refuses with NotFound."""
    hold = vouchers.find_hold(caller.region_id, hold_id)
    if vouchers.find(hold.region_id, hold.voucher_id).holder_id != caller.subject_id:
        raise NotFound
    return shown(hold)


def of_holder(voucher: Any) -> list[Line]:
    """Return every hold of a voucher for the person who holds it, oldest first."""
    return [shown(hold) for hold, _ in vouchers.holds_of(voucher.region_id, voucher.voucher_id)]


def shown(hold: Any) -> Line:
    return Line(hold, vouchers.hold_ended(hold), vouchers.hold_opinions(hold), _redemption_of(hold))


def _uphold(hold: Any, redemption: Any, reason: str, actor: Actor, now: datetime) -> None:
    voucher = vouchers.find(hold.region_id, hold.voucher_id)
    if redemption is None or redemption.cancelled_at is not None or not voucher.live:
        return
    if hold.kind == "sign_in" and (
        attendance.reject_disputed(redemption, hold.session_no, now) or voucher.state == "redeemed"
    ):
        return
    if voucher.state == "redeemed":
        redemptions.give_back(redemption, "RedemptionGivenBack", reason, actor, now)
        return
    vouchers.end_unpaid(voucher, "VoucherRevoked", actor=actor, now=now, reference_id=hold.hold_id)
    current_app.extensions["key_ring"].revoke_voucher(hold.voucher_id)


def _lock_what_it_is_about(hold: Any) -> Any:
    """Lock the class of the redemption that a hold's voucher is spent on, before anything else; return the redemption.

    Nobody closes the class or takes its seats until this unit of work ends.
    """
    redemption = _redemption_of(hold)
    if redemption is not None:
        classes.lock(redemption.class_region_id, redemption.class_id)
    return redemption


def _redemption_of(hold: Any) -> Any:
    if hold.kind in DISPUTES:
        return redemptions.find(hold.region_id, hold.subject_id)
    return redemptions.live_redemption(hold.region_id, hold.voucher_id)


def own_redemption(redemption_id: int, caller: Caller) -> Any:
    """Return one of the holder's redemptions that stands; refuses with NotFound, RedemptionOver."""
    redemption = redemptions.find(caller.region_id, redemption_id)
    if redemption.holder_id != caller.subject_id:
        raise NotFound
    if redemption.cancelled_at is not None:
        raise RedemptionOver
    return redemption


def _require_own_region(region_id: int, caller: Caller) -> None:
    if caller.region_id not in {region_id, institutions.CITY_REGION}:
        raise NotFound
