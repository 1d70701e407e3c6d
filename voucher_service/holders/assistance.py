"""Helping somebody who cannot do it alone (亲情代办): a relative with a code from their phone, a clerk with the card.

Either gets leave to act for this one person for half an hour. How often one helps is counted in the statement that does
the act, by day for a clerk and by year for a relative; the person helped is told, by message and on their pages.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, text

from voucher_service.calendar import local_date
from voucher_service.database import Link, db, unit_of_work
from voucher_service.errors import NotFound
from voucher_service.holders import log_in_codes, rules
from voucher_service.holders.challenges import Challenge, Particulars, challenge, checked, person_of
from voucher_service.holders.errors import (
    AssistanceCapReached,
    AssistanceOver,
    AssistancePhoneChanged,
    CodeNotAccepted,
    HelpForOneself,
    PersonOfOtherRegion,
)
from voucher_service.holders.log_in_codes import LogInRequest
from voucher_service.holders.models import Assistance
from voucher_service.holders.people import enrol, known_by_number, number_on_phone, phone_changed, present
from voucher_service.identifiers import new_id
from voucher_service.web.access import HOLDER

if TYPE_CHECKING:
    from voucher_service.holders.rules import Identity
    from voucher_service.web.access import Caller

_COUNT: Final = """
    INSERT INTO assistance_count (helper_id, kind, period, taken)
    SELECT :helper_id, :assistance_kind, :assistance_period, 1 FROM {source} WHERE 1 = 1
    ON CONFLICT (helper_id, kind, period) DO UPDATE SET taken = assistance_count.taken + 1
    WHERE assistance_count.taken < :assistance_max
    RETURNING taken
    """
COUNT_ASSISTANCE: Final = Link("counted", _COUNT.replace("{source}", "quota"), ("taken",))
"""Count one more for the quota of the same chain; nothing comes back at the cap.

Parameters: helper_id, assistance_kind, assistance_period, assistance_max.
"""


def ask_to_help(helper: Caller, told: Particulars, relation: str, regions: Collection[int]) -> Challenge:
    """Send a code to the phone of a person whom their relative wants to help; opens its own unit of work.

    Refuses as `challenges.challenge` does, and with HelpForOneself.
    """
    identity = checked(told, regions)
    known = known_by_number(identity.id_number)
    if known is not None and known.holder_id == helper.subject_id:
        raise HelpForOneself
    return challenge(told, regions, log_in_codes.ASSIST, (helper.subject_id, relation))


def begin_with_code(helper: Caller, challenge_id: int, code: str) -> int:
    """Let a relative act for whoever was sent `code`; opens its own unit of work, so that a wrong try stays counted.

    Refuses with CodeNotAccepted and as `challenges.person_of` does.
    """
    with unit_of_work():
        asked = log_in_codes.spend_try(challenge_id, code, log_in_codes.ASSIST, present())
        begun = _begin_as_relative(helper, asked) if asked and asked[-2] == helper.subject_id else None
    if begun is None:
        raise CodeNotAccepted
    return begun


def receive_at_counter(
    clerk: Caller, told: Particulars, *, place: str, phone_reason: str, regions: Collection[int], city_region: int
) -> int:
    """Let a clerk act for a person whose card lies before them; return the leave's id. In units of work of its own.

    A phone that stands for somebody else already needs `phone_reason`. Refuses as `challenges.checked` does, with
    PersonOfOtherRegion, PhoneTaken, PhoneSharedByTooMany and AssistanceCapReached.
    """
    rules.identity(told.name, told.id_number, told.phone, local_date(present()))
    with unit_of_work():  # counted whatever comes of it: a refusal tells whose number it is, and whose phone
        count_at_counter(clerk, "receive", rules.RECEPTIONS_A_DAY_MAX)
    identity = checked(told, regions)
    known = known_by_number(identity.id_number)
    region_id = known.region_id if known else told.region_id
    if clerk.region_id not in {region_id, city_region}:
        raise PersonOfOtherRegion
    with unit_of_work():
        holder_id = known.holder_id if known else _enrol_at_counter(identity, told, phone_reason)
        return _begin(clerk, holder_id, region_id, place=place, phone_reason=phone_reason)


def require_assistance(helper: Caller, assistance_id: int, now: datetime) -> Assistance:
    """Return a helper's own leave while it lasts.

    What a phone agreed to ends when a counter gives its owner another one; a card that lay before a clerk is no less
    theirs. Refuses with NotFound, AssistanceOver and AssistancePhoneChanged.
    """
    found = db.session.get(Assistance, assistance_id)
    if found is None or found.helper_id != helper.subject_id:
        raise NotFound
    if found.expires_at <= now:
        raise AssistanceOver(minutes=int(rules.ASSISTANCE_LIFETIME.total_seconds()) // 60)
    if found.relation and phone_changed(found.holder_id, found.begun_at, now):
        raise AssistancePhoneChanged
    return found


def assistance(assistance_id: int) -> Assistance:
    """Return who helped whom, for the person helped and for whoever looks into it. Refuses with NotFound."""
    found = db.session.get(Assistance, assistance_id)
    if found is None:
        raise NotFound
    return found


def period_of(role: str, now: datetime) -> str:
    """The day or the year of the city that a helper's acts are counted in."""
    today = local_date(now)
    return str(today.year) if role == HOLDER else today.isoformat()


def assistances_of_day(day_begins: datetime, region_id: int | None, limit: int) -> list[Assistance]:
    """What was begun at counters and by relatives since a day began, the latest first: for a sample audit."""
    query = select(Assistance).where(Assistance.begun_at >= day_begins)
    if region_id is not None:
        query = query.where(Assistance.region_id == region_id)
    return list(db.session.scalars(query.order_by(Assistance.begun_at.desc()).limit(limit)))


def _begin_as_relative(helper: Caller, asked: list[object]) -> int:
    told = LogInRequest(*asked[:5])  # type: ignore[arg-type]
    holder_id, region_id, *_ = person_of(told)
    return _begin(helper, holder_id, region_id, relation=str(asked[-1]))


def _begin(
    helper: Caller, holder_id: int, region_id: int, *, relation: str = "", place: str = "", phone_reason: str = ""
) -> int:
    now, assistance_id = present(), new_id()
    db.session.add(
        Assistance(
            assistance_id=assistance_id,
            holder_id=holder_id,
            region_id=region_id,
            helper_role=helper.role,
            helper_id=helper.subject_id,
            relation=relation,
            place=place,
            phone_reason=phone_reason,
            begun_at=now,
            expires_at=now + rules.ASSISTANCE_LIFETIME,
        )
    )
    return assistance_id


def count_at_counter(clerk: Caller, kind: str, times_max: int) -> None:
    """Count one more act of a kind for a clerk's day, in the open unit of work. Refuses with AssistanceCapReached."""
    period = period_of(clerk.role, present())
    counted = db.session.execute(
        text(_COUNT.replace(" FROM {source}", "")),
        {
            "helper_id": clerk.subject_id,
            "assistance_kind": kind,
            "assistance_period": period,
            "assistance_max": times_max,
        },
    )
    if counted.first() is None:
        raise AssistanceCapReached(times_max=times_max, period=period)


def _enrol_at_counter(identity: Identity, told: Particulars, phone_reason: str) -> int:
    number = number_on_phone(identity.phone, phone_reason)
    return enrol(identity, told.region_id, told.category, phone_number=number)
