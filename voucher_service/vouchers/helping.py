"""What a helper does with somebody's voucher: a relative claims it; a counter also prints it and takes it back.

Everything asks for the helper's leave first, and the person is told of everything that changes something.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from voucher_service.database import db
from voucher_service.errors import NotFound
from voucher_service.holders import service as holders
from voucher_service.institutions import service as institutions
from voucher_service.ledger import service as ledger
from voucher_service.programmes import service as programmes
from voucher_service.vouchers.errors import VoucherNotInState
from voucher_service.vouchers.live_codes import end_code_sessions
from voucher_service.vouchers.models import AssistedClaim, Voucher
from voucher_service.vouchers.papers import Paper, print_paper
from voucher_service.vouchers.steps import find, move, of_holder, state_at
from voucher_service.web.access import HOLDER, Caller


def helped_by(voucher: Voucher) -> int | None:
    """Return the assistance that a voucher was claimed under; None when its holder claimed alone."""
    query = select(AssistedClaim.assistance_id).where(
        AssistedClaim.region_id == voucher.region_id, AssistedClaim.voucher_id == voucher.voucher_id
    )
    return db.session.scalar(query)


def person_helped(helper: Caller, assistance_id: int, now: datetime) -> Caller:
    """Return the person whom a leave is for, as if they acted alone. Refusals: as `holders.require_assistance`."""
    leave = holders.require_assistance(helper, assistance_id, now)
    return Caller(HOLDER, leave.holder_id, leave.region_id)


def vouchers_of_helped(helper: Caller, assistance_id: int, now: datetime) -> list[Voucher]:
    """Return the vouchers of the person helped, newest first. Refusals: as `holders.require_assistance`."""
    person = person_helped(helper, assistance_id, now)
    return of_holder(person.region_id, person.subject_id)


def voucher_of_helped(helper: Caller, assistance_id: int, voucher_id: int, now: datetime) -> Voucher:
    """Return one voucher of the person helped. Refusals: as `holders.require_assistance`."""
    person = person_helped(helper, assistance_id, now)
    found = find(person.region_id, voucher_id)
    if found.holder_id != person.subject_id:
        raise NotFound
    return found


def print_for(helper: Caller, assistance_id: int, voucher_id: int, now: datetime) -> Paper:
    """Print the voucher of the person helped, in the open unit of work, and tell them.

    Refusals: as `holders.require_assistance`, VoucherNotInState, PaperJustPrinted.
    """
    voucher = voucher_of_helped(helper, assistance_id, voucher_id, now)
    sheet = print_paper(voucher, helper, now)
    holders.tell(voucher.region_id, voucher.holder_id, "printed_for_you", voucher_id, now)
    return sheet


def give_back_for(helper: Caller, assistance_id: int, voucher_id: int, now: datetime) -> Voucher:
    """Give the unused voucher of the person helped back, in the open unit of work, and tell them.

    Refusals: as `holders.require_assistance`, VoucherNotInState.
    """
    voucher = voucher_of_helped(helper, assistance_id, voucher_id, now)
    give_back(voucher, ledger.Actor(helper.role, helper.subject_id), now)
    holders.tell(voucher.region_id, voucher.holder_id, "given_back_for_you", voucher_id, now)
    return find(voucher.region_id, voucher_id)


def give_back(voucher: Voucher, actor: ledger.Actor, now: datetime) -> Voucher:
    """End an unused voucher at its holder's wish and free its quota. Refusals: VoucherNotInState."""
    if (state := state_at(voucher, now)) != "claimed":
        raise VoucherNotInState(state=state)
    # The voucher first: of many who end it at once one passes, and only that one touches the quota.
    move(voucher, "VoucherReturned", "returned", actor=actor, now=now)
    programmes.free_quota(voucher.region_id, voucher.programme_id)
    return find(voucher.region_id, voucher.voucher_id)


def ask_phone_change(
    clerk: Caller, card: tuple[str, str], phone: str, *, place: str, phone_reason: str
) -> holders.Challenge:
    """Send a code to the new phone of a holder whose card, (name, ID number), lies before a clerk.

    In a unit of work of its own. Refuses as `holders.ask_phone_change` does.
    """
    return holders.ask_phone_change(
        clerk, card, phone, place=place, phone_reason=phone_reason, city_region=institutions.CITY_REGION
    )


def change_phone(clerk: Caller, challenge_id: int, code: str) -> holders.PhoneChange:
    """Make the phone that `code` came from the holder's, and end the codes that the old one shows.

    In a unit of work of its own. Refuses as `holders.change_phone` does.
    """
    return holders.change_phone(clerk, challenge_id, code, also=end_code_sessions)


def hand_out_code(helper: Caller, assistance_id: int, now: datetime) -> holders.OneTimeCode:
    """Give the person at the counter, whose card was read, a one-time code for their sheet; its own unit of work.

    Refusals: as `holders.require_assistance`, TooManyCodes.
    """
    return holders.send_one_time_code(person_helped(helper, assistance_id, now).subject_id, "counter")
