"""Filling an empty database with the demonstration's city.

Classes come about as they would in life: planned by their institution, checked by every rule, signed by four persons.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import select

from voucher_service.accounts import service as accounts
from voucher_service.accounts.service import NewStaff
from voucher_service.calendar import end_of_day, local_date, start_of_day
from voucher_service.classes import service as classes
from voucher_service.classes.rules import LEVELS
from voucher_service.classes.service import Lessons, Meeting, Proposal
from voucher_service.database import db
from voucher_service.demo.institutions import load_registers, naming_staff
from voucher_service.demo.tables import region_quotas, rows, rule_pack
from voucher_service.identifiers import new_id
from voucher_service.institutions.models import Institution, Licence
from voucher_service.institutions.service import CITY_REGION
from voucher_service.programmes import service as programmes
from voucher_service.programmes.models import Allotment, Occupation, Programme, RulePack, Standard
from voucher_service.web.access import (
    AUDIT_ADMIN,
    AUDITOR,
    BUREAU_CLERK,
    BUREAU_REVIEWER,
    FIELD_INSPECTOR,
    FINANCE,
    INDUSTRY_REVIEWER,
    INSTITUTION_ADMIN,
    INSTITUTION_CLERK,
    SECURITY_ADMIN,
    SYSTEM_ADMIN,
    Caller,
)

PROGRAMME_ID: Final = 1
RULE_PACK_ID: Final = 1
BUDGET_FEN: Final = 6_000_000_000
"""Invented: the plan names no sum. It covers every seat that the demonstration and a simulated year need."""

PASSWORD: Final = "demo-password"  # noqa: S105 - for the demonstration only, and printed when it starts
TOTP_SECRET: Final = "DEMODEMODEMODEMODEMODEMODEMODEMO"  # noqa: S105 - likewise
CITY_STAFF: Final = {
    "bureau1": BUREAU_REVIEWER,
    "bureau2": BUREAU_REVIEWER,
    "bureau-clerk": BUREAU_CLERK,
    "industry1": INDUSTRY_REVIEWER,
    "industry2": INDUSTRY_REVIEWER,
    "inspector1": FIELD_INSPECTOR,
    "finance1": FINANCE,
    "auditor1": AUDITOR,
    "system-admin": SYSTEM_ADMIN,
    "security-admin": SECURITY_ADMIN,
    "audit-admin": AUDIT_ADMIN,
}
SCHOOLS_WITH_LOG_INS: Final = 4
"""The first schools of the table have people who log in as school1-admin, school1-clerk and so on."""

CAPACITY: Final = 80
LESSONS: Final = Lessons(teachers=4, workstations=20, lesson_minutes=45, theory_lessons=24, practical_lessons=40)
THEORY_DAYS, PRACTICAL_DAYS = 3, 5
OPENING_HOUR, HOURS_A_DAY = 9, 6
STARTS_AFTER, ENROLS_FOR, LASTS = timedelta(days=7), timedelta(days=30), timedelta(days=60)


class School(NamedTuple):
    """An institution of the city with what it may teach, and its system's log-in."""

    region_id: int
    institution_id: int
    name: str
    offers: tuple[tuple[str, str], ...]
    client_id: int
    client_secret: str


class City(NamedTuple):
    """What was loaded; `staff` is keyed by log-in name, and every password is PASSWORD."""

    programme_id: int
    schools: tuple[School, ...]
    staff: dict[str, Caller]
    classes: tuple[tuple[int, int], ...]
    """(region_id, class_id) of each class that is open for enrolment."""


def is_empty() -> bool:
    """Whether the database knows no programme yet."""
    return db.session.scalar(select(Programme.programme_id).limit(1)) is None


def load(now: datetime, classes_each: int = 1, *, named_staff_required: bool = True) -> City:
    """Fill an empty database inside the caller's unit of work; `classes_each` is per institution.

    As in production a class names its teachers and rooms from the register, unless the programme does not ask for it.
    """
    today = local_date(now)
    _load_programme(today, named_staff_required=named_staff_required)
    schools = tuple(_load_schools(date(today.year, 1, 1)))
    staff = _hire(schools)
    db.session.flush()  # From here on verbs read what stands above.
    load_registers([(school.region_id, school.institution_id) for school in schools], now)
    return City(PROGRAMME_ID, schools, staff, tuple(open_classes(schools, staff, now, classes_each)))


def open_classes(
    schools: Sequence[School], staff: dict[str, Caller], now: datetime, classes_each: int = 1
) -> Iterator[tuple[int, int]]:
    """Plan, submit and approve classes that start a week after `now`, each school going through what it may teach.

    Where staff are named, the same teachers and rooms hold a school's next class when they are free again. Yields
    (region_id, class_id). Refuses as the verbs of `classes.service` do, first with BudgetExhausted.
    """
    named = bool(programmes.get(PROGRAMME_ID).settings["named_staff_required"])
    for school in schools:
        for number in range(classes_each):
            occupation_code, level = school.offers[number % len(school.offers)]
            proposal = drafted(occupation_code, level, local_date(now) + STARTS_AFTER, now)
            if named:
                later = local_date(now) + STARTS_AFTER + number * (THEORY_DAYS + PRACTICAL_DAYS) * timedelta(days=1)
                proposal = naming_staff(
                    school.region_id, school.institution_id, drafted(occupation_code, level, later, now)
                )
            draft = classes.plan_class(school.region_id, school.institution_id, proposal, now)
            classes.submit(draft.region_id, draft.class_id, now)
            _sign(draft.region_id, draft.class_id, staff, now)
            yield draft.region_id, draft.class_id


def drafted(occupation_code: str, level: str, starts_on: date, now: datetime) -> Proposal:
    """Return a class that keeps every rule at the size that most rules allow."""
    return Proposal(
        programme_id=PROGRAMME_ID,
        occupation_code=occupation_code,
        level=level,
        certificate_type=_certificate_types()[occupation_code],
        capacity=CAPACITY,
        enrols_until=end_of_day(local_date(now) + ENROLS_FOR),
        starts_on=starts_on,
        ends_on=starts_on + LASTS,
        lessons=LESSONS,
        sessions=[_meeting(starts_on, day) for day in range(THEORY_DAYS + PRACTICAL_DAYS)],
    )


def log_in_notice() -> str:
    """Say who may log in to the demonstration, with what."""
    names = ", ".join(CITY_STAFF)
    schools = f"school1-admin … school{SCHOOLS_WITH_LOG_INS}-clerk"
    return f"demo log-ins: {names}, {schools}\n  password {PASSWORD}, authenticator secret {TOTP_SECRET}"


def _sign(region_id: int, class_id: int, staff: dict[str, Caller], now: datetime) -> None:
    for login_name in ("industry1", "industry2", "bureau1", "bureau2"):
        step = login_name[:-1]
        classes.give_opinion(region_id, class_id, step, "approve", note="", caller=staff[login_name], now=now)


def _meeting(starts_on: date, day: int) -> Meeting:
    """One long day of class; a week of them follow one another, so that a demonstration soon sees sign-ins."""
    starts_at = start_of_day(starts_on + timedelta(days=day)) + timedelta(hours=OPENING_HOUR)
    kind = "theory" if day < THEORY_DAYS else "practical"
    return Meeting(starts_at, starts_at + timedelta(hours=HOURS_A_DAY), kind)


def _load_programme(today: date, *, named_staff_required: bool) -> None:
    pack = rule_pack()
    numbers = pack.values
    db.session.add(RulePack(rule_pack_id=RULE_PACK_ID, effective_from=pack.in_force_from, numbers=numbers))
    db.session.flush()  # The programme refers to its pack.
    db.session.add(
        Programme(
            programme_id=PROGRAMME_ID,
            code="2023",
            name="2023年电子职业培训券（演示）",
            state="open",
            opens_on=date(today.year, 1, 1),
            closes_on=date(today.year, 12, 31),
            valid_months=numbers["valid_months"],
            certificate_deadline_months=numbers["certificate_deadline_months"],
            fund_source="职业技能提升行动专账资金（演示）",
            budget_fen=BUDGET_FEN,
            rule_pack_id=RULE_PACK_ID,
            target_issued=numbers["issued_target"],
            target_used=numbers["used_target"],
            settings={"online_platforms": ["示例网络学习平台"], "named_staff_required": named_staff_required},
        )
    )
    db.session.flush()  # The allotments refer to the programme.
    db.session.add_all(_allotments(numbers["issued_target"], numbers["used_target"]))
    db.session.add_all(_occupations())
    db.session.add_all(_standards(pack.in_force_from))


def _allotments(issued: int, used: int) -> Iterator[Allotment]:
    """Both targets by region; the public numbers are drawn so that they tell nothing and never meet."""
    quotas, targets = region_quotas(issued), region_quotas(used)
    public_nos = secrets.SystemRandom().sample(range(1, 1 << 24), len(quotas))
    for public_no, (region_id, quota) in zip(public_nos, quotas.items(), strict=True):
        yield Allotment(
            region_id=region_id,
            programme_id=PROGRAMME_ID,
            public_no=public_no,
            quota=quota,
            target_used=targets[region_id],
        )


def _occupations() -> Iterator[Occupation]:
    for row in rows("occupations"):
        yield Occupation(
            occupation_code=row["demo_code"],
            name=row["name"],
            name_en=row["name_en"],
            manufacturing=row["manufacturing"] == "yes",
            family=row["class"],
        )


def _standards(effective_from: date) -> Iterator[Standard]:
    for row in rows("standards-2023"):
        yield Standard(
            standard_id=new_id(),
            effective_from=effective_from,
            occupation_code=row["occupation_demo_code"],
            level=row["level"],
            certificate_type=row["certificate_type"],
            amount_fen=int(row["amount_fen_invented"]),
        )


def _load_schools(licensed_from: date) -> Iterator[School]:
    licences = rows("institution-licences")
    for row in rows("institutions"):
        region_id, institution_id = int(row["region_id"]), new_id()
        db.session.add(
            Institution(region_id=region_id, institution_id=institution_id, name=row["name"], kind=row["kind"])
        )
        db.session.flush()  # The licences refer to the institution.
        held = [licence for licence in licences if licence["institution_demo_code"] == row["demo_code"]]
        offers = tuple(offer for licence in held for offer in _offers(licence))
        for occupation_code, level in offers:
            db.session.add(
                Licence(
                    region_id=region_id,
                    institution_id=institution_id,
                    occupation_code=occupation_code,
                    level=level,
                    valid_from=licensed_from,
                )
            )
        yield School(
            region_id,
            institution_id,
            row["name"],
            offers,
            *accounts.create_client(institution_id, region_id, row["name"]),
        )


def _offers(licence: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(occupation, level) from the licence's lowest level to its highest."""
    lowest, highest = LEVELS.index(licence["level_min"]), LEVELS.index(licence["level_max"])
    for level in LEVELS[lowest : highest + 1]:
        yield licence["occupation_demo_code"], level


def _certificate_types() -> dict[str, str]:
    return {row["demo_code"]: row["certificate_type"] for row in rows("occupations")}


def _hire(schools: Sequence[School]) -> dict[str, Caller]:
    """Give the city's offices and the first schools people who can log in."""
    staff = {login_name: _account(login_name, role, CITY_REGION, None) for login_name, role in CITY_STAFF.items()}
    for number, school in enumerate(schools[:SCHOOLS_WITH_LOG_INS], start=1):
        for post, role in (("admin", INSTITUTION_ADMIN), ("clerk", INSTITUTION_CLERK)):
            login_name = f"school{number}-{post}"
            staff[login_name] = _account(login_name, role, school.region_id, school.institution_id)
    return staff


def _account(login_name: str, role: str, region_id: int, institution_id: int | None) -> Caller:
    new: NewStaff = accounts.create_staff(
        login_name,
        PASSWORD,
        role,
        region_id,
        institution_id=institution_id,
        person_id=new_id(),
        totp_secret=TOTP_SECRET,
    )
    return Caller(role, new.account_id, region_id, new.person_id, institution_id)
