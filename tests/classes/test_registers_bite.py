"""The registers and the year bite: teachers and rooms of the whole city, consents, findings, shares, apprentices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from tests.accounts.application import START, small_service
from tests.classes.proposals import proposal
from tests.classes.test_service import approve, sign, submit
from voucher_service.calendar import local_text
from voucher_service.classes import bookings, service
from voucher_service.classes.errors import ClassBreaksRules, ReasonMissing
from voucher_service.classes.models import TrainingClass
from voucher_service.database import db, unit_of_work
from voucher_service.demo.loading import City, load
from voucher_service.demo.people import Population
from voucher_service.institutions import licensing, registers
from voucher_service.institutions import service as institutions
from voucher_service.institutions.errors import NotLicensed
from voucher_service.institutions.licensing import NewInstitution
from voucher_service.institutions.models import Licence
from voucher_service.institutions.registers import TeacherEntry, VenueEntry
from voucher_service.programmes import service as programmes

if TYPE_CHECKING:
    from voucher_service.classes.service import Proposal
    from voucher_service.institutions.models import Institution

WELDERS, OTHER_WELDERS = 0, 7
"""Two technical schools of two regions, both licensed for welders."""

PEOPLE = Population(seed=78, count=100)
ASKING = 8
MINUTE = timedelta(minutes=1)


def institution(city: City, school: int) -> Institution:
    return institutions.get(city.schools[school].region_id, city.schools[school].institution_id)


def enter(city: City, school: int, person: int) -> int:
    """Register and confirm a teacher at a school; the same person may teach at several."""
    one = PEOPLE[person]
    entry = TeacherEntry(one.name, one.id_number, one.phone, "高级工", teaching_certificate=True)
    by = replace(city.staff["school1-admin"], person_id=11)
    with unit_of_work():
        at = institution(city, school)
        teacher = registers.register_teacher(at, entry, by, START)
        registers.confirm_teacher(at, teacher.teacher_id, city.staff["bureau1"], START)
        return teacher.teacher_id


def enter_room(city: City, school: int, room: str, kind: str = "practical") -> int:
    by = replace(city.staff["school1-admin"], person_id=11)
    with unit_of_work():
        at = institution(city, school)
        venue = registers.register_venue(at, VenueEntry("示例路1号", room, kind, 20), by, START)
        registers.confirm_venue(at, venue.venue_id, city.staff["bureau1"], START)
        return venue.venue_id


def naming(teachers: tuple[int, ...] = (), rooms: tuple[int, ...] = (), **bent: Any) -> Proposal:
    wanted = proposal(**bent)
    return replace(wanted, lessons=replace(wanted.lessons, teacher_ids=teachers, venue_ids=rooms))


def plan(city: City, school: int, wanted: Proposal) -> TrainingClass:
    with unit_of_work():
        return service.plan_class(*city.schools[school][:2], wanted, START)


def refused(planned: TrainingClass) -> dict[str, dict[str, Any]]:
    """Submit in vain, and return the findings by rule."""
    with pytest.raises(ClassBreaksRules) as refusal:
        submit(planned)
    findings: list[dict[str, Any]] = refusal.value.figures["findings"]  # type: ignore[assignment]
    return {found["rule_id"]: found for found in findings}


def test_a_teacher_of_two_schools_is_in_one_class_at_a_time(city: City) -> None:
    here, there = enter(city, WELDERS, 0), enter(city, OTHER_WELDERS, 0)
    first = submit(plan(city, WELDERS, naming((here,))))
    second = plan(city, OTHER_WELDERS, naming((there,)))
    clash = refused(second)["S01"]
    assert clash["figures"] == {"clashes": 8, "first_clash": proposal().sessions[0].starts_at.isoformat()}
    assert f"最早一次在{local_text(proposal().sessions[0].starts_at)}。" in clash["zh"]
    with unit_of_work():
        service.cancel(first.region_id, first.class_id, START)
    assert submit(second).state == "submitted"
    assert bookings.booked(second.region_id, second.class_id) == 8


def test_a_room_of_two_schools_is_used_by_one_class_at_a_time_and_only_in_sessions_of_its_kind(city: City) -> None:
    here, there = enter_room(city, WELDERS, "101"), enter_room(city, OTHER_WELDERS, "１０１")
    first = submit(plan(city, WELDERS, naming(rooms=(here,))))
    assert bookings.booked(first.region_id, first.class_id) == 5
    assert refused(plan(city, OTHER_WELDERS, naming(rooms=(there,))))["S01"]["figures"]["clashes"] == 5


@pytest.mark.parametrize(("shift", "clashes"), [(6 * 60, 0), (6 * 60 - 1, 8)], ids=["right after", "a minute early"])
def test_a_teacher_may_go_straight_from_one_class_to_the_next(city: City, shift: int, clashes: int) -> None:
    teacher = enter(city, WELDERS, 10 + shift % 7)
    submit(plan(city, WELDERS, naming((teacher,))))
    later = [meeting._replace(starts_at=meeting.starts_at + shift * MINUTE, ends_at=meeting.ends_at + shift * MINUTE)
             for meeting in proposal().sessions]  # fmt: skip
    planned = plan(city, WELDERS, naming((teacher,), sessions=later))
    if clashes:
        assert refused(planned)["S01"]["figures"]["clashes"] == clashes
    else:
        assert submit(planned).state == "submitted"


def test_a_named_teacher_who_is_not_confirmed_or_whose_papers_end_is_not_fit(city: City) -> None:
    one = PEOPLE[20]
    entry = TeacherEntry(
        one.name,
        one.id_number,
        one.phone,
        "高级工",
        teaching_certificate=True,
        valid_until=proposal().ends_on - timedelta(1),
    )
    with unit_of_work():
        at = institution(city, WELDERS)
        teacher = registers.register_teacher(at, entry, city.staff["school1-admin"], START)
        registers.confirm_teacher(at, teacher.teacher_id, city.staff["bureau1"], START)
    assert refused(plan(city, WELDERS, naming((teacher.teacher_id,))))["R13"]["figures"]["unfit_named"] == 1
    elsewhere = enter(city, OTHER_WELDERS, 21)
    assert "R13" in refused(plan(city, WELDERS, naming((elsewhere,))))


def test_where_names_are_required_a_class_without_them_is_refused(city: City) -> None:
    kept = dict(programmes.get(city.programme_id).settings)
    with unit_of_work():
        programmes.get(city.programme_id).settings = {**kept, "named_staff_required": True}
    try:
        assert "R13" in refused(plan(city, WELDERS, proposal()))
        teachers = tuple(enter(city, WELDERS, 30 + number) for number in range(4))
        rooms = (enter_room(city, WELDERS, "201"), enter_room(city, WELDERS, "202"))
        assert submit(plan(city, WELDERS, naming(teachers, rooms))).state == "submitted"
    finally:
        with unit_of_work():
            programmes.get(city.programme_id).settings = kept


def test_a_new_school_trains_as_many_as_its_confirmed_teachers_and_workstations_carry(city: City) -> None:
    with unit_of_work():
        new = licensing.register_institution(NewInstitution(411202, "湖滨区示例新校", "private_school"), START.date())
        licensing.grant_licence(new, "DM01", "junior", proposal().starts_on)
    grown = city._replace(
        schools=(*city.schools, city.schools[0]._replace(region_id=411202, institution_id=new.institution_id))
    )
    here = len(grown.schools) - 1
    small = naming(capacity=20)
    assert refused(plan(grown, here, small))["S02"]["figures"]["ceiling"] == 0
    for number in (60, 61):
        enter(grown, here, number)
    enter_room(grown, here, "301")
    assert submit(plan(grown, here, small)).state == "submitted"
    beyond = refused(plan(grown, here, naming(capacity=21)))["S02"]["figures"]
    assert (beyond["trainees_at_once"], beyond["ceiling"]) == (41, 40)


def test_a_licence_counts_from_the_day_of_change(city: City) -> None:
    wanted = proposal(occupation_code="DP02")
    with unit_of_work():
        at = institution(city, WELDERS)
        licensing.grant_licence(at, "DP02", "junior", wanted.starts_on + timedelta(1))
    key = city.schools[WELDERS][:2]

    def light() -> str:
        found = service.findings_of_proposal(*key, wanted, START.date())
        return next(service.explained(one)["light"] for one in found if one.rule_id == "R17h")

    assert light() == "red"
    with pytest.raises(NotLicensed):
        plan(city, WELDERS, wanted)
    with unit_of_work():
        db.session.get_one(Licence, (*key, "DP02", "junior")).valid_from = wanted.starts_on
    assert light() == "green"


def test_an_audit_finding_and_the_black_list_stop_a_class_even_at_its_last_signature(city: City) -> None:
    school = 9
    wanted = proposal(occupation_code="DM04", level="intermediate")
    planned = submit(plan(city, school, wanted))
    approve(city, planned, "industry1", "industry2", "bureau1")
    with unit_of_work():
        licensing.record_finding(
            institution(city, school),
            START.date() - timedelta(days=30),
            "示例〔2023〕8号",
            city.staff["bureau1"],
            START,
        )
    with pytest.raises(ClassBreaksRules) as refusal:
        sign(planned, city.staff["bureau2"], "bureau")
    (found,) = refusal.value.figures["findings"]  # type: ignore[misc]
    assert (found["rule_id"], found["clause"], found["figures"]["finding_year"]) == ("R05", "二(二)", 2023)


def test_nobody_trains_outside_the_region_without_the_provinces_consent(city: City) -> None:
    school, into = 3, city.schools[2].region_id
    wanted = proposal(occupation_code="DS01", held_in_region_id=into)
    assert refused(plan(city, school, wanted))["R07"]["figures"]["local_institutions"] == 1
    days = (wanted.starts_on, wanted.ends_on)
    with unit_of_work():
        licensing.grant_consent(
            institution(city, school), into, "豫示例〔2023〕1号", days, by=city.staff["bureau1"], now=START
        )
    assert submit(plan(city, school, wanted)).held_in_region_id == into


def test_a_broken_share_is_approved_with_a_reason_only(city: City) -> None:
    with unit_of_work() as session:
        everything = update(TrainingClass).where(TrainingClass.state == "approved")
        session.execute(everything.values(capacity=1).execution_options(synchronize_session=False))
        session.expire_all()
    planned = submit(plan(city, 2, proposal(occupation_code="DS01")))
    approve(city, planned, "industry1", "industry2")
    with pytest.raises(ReasonMissing) as silent:
        sign(planned, city.staff["bureau1"], "bureau")
    (found,) = silent.value.figures["findings"]  # type: ignore[misc]
    assert found["rule_id"] == "R06"
    assert found["figures"]["permille_now"] > 250 > found["figures"]["permille_with"]
    reason = "县里养老护理缺口大"
    assert sign(planned, city.staff["bureau1"], "bureau", note=reason).state == "industry_approved"
    assert sign(planned, city.staff["bureau2"], "bureau", note=reason).state == "approved"


@pytest.mark.parametrize(
    ("today", "left", "overdue"),
    [
        pytest.param(date(2023, 4, 21), 11, False, id="the day of acceptance"),
        pytest.param(date(2023, 4, 22), 10, False, id="a Saturday"),
        pytest.param(date(2023, 4, 30), 4, False, id="in the holiday"),
        pytest.param(date(2023, 5, 8), 1, False, id="the last day"),
        pytest.param(date(2023, 5, 9), 0, True, id="the day after"),
    ],
)
@pytest.mark.usefixtures("city")
def test_the_industry_department_has_ten_working_days_swapped_ones_included(
    today: date,
    left: int,
    overdue: bool,  # noqa: FBT001
) -> None:
    waiting = TrainingClass(state="submitted", submitted_at=datetime(2023, 4, 21, 3, tzinfo=UTC), rule_pack_id=1)
    clock = service.review_clock(waiting, today)
    assert clock == (date(2023, 4, 21), date(2023, 5, 8), left, overdue, None)


@pytest.mark.usefixtures("city")
def test_a_deadline_is_neither_guessed_nor_shown_when_nothing_waits() -> None:
    waiting = TrainingClass(state="submitted", submitted_at=datetime(2090, 4, 21, 3, tzinfo=UTC), rule_pack_id=1)
    assert service.review_clock(waiting, date(2090, 4, 22)) == (date(2090, 4, 21), None, None, False, 2090)
    waiting.state = "approved"
    assert service.review_clock(waiting, date(2023, 4, 22)) is None


def race(database_url: str, wanted: Any) -> tuple[int, int]:
    """Let eight submit at once what `wanted(city)` gives; return how many were let in, and how many were refused."""
    with small_service(database_url) as app:
        with app.app_context():
            with unit_of_work():
                city = load(START, classes_each=0, named_staff_required=False)
            drafts = [plan(city, WELDERS, asked) for asked in wanted(city)]
            keys = [(draft.region_id, draft.class_id) for draft in drafts]

        def hand_in(key: tuple[int, int]) -> bool:
            with app.app_context():
                try:
                    with unit_of_work():
                        service.submit(*key, START)
                except ClassBreaksRules:
                    return False
                return True

        with ThreadPoolExecutor(ASKING) as pool:
            let_in = sum(pool.map(hand_in, keys))
    return let_in, ASKING - let_in


def test_of_many_classes_that_name_one_teacher_at_once_one_is_submitted(database_url: str) -> None:
    def one_teacher(city: City) -> list[Proposal]:
        return [naming((enter(city, WELDERS, 50),))] * ASKING

    assert race(database_url, one_teacher) == (1, ASKING - 1)


def test_of_many_classes_of_apprentices_at_once_only_two_hundred_people_fit(database_url: str) -> None:
    def apprentices(_: City) -> list[Proposal]:
        return [proposal(apprentices_of="91411200MA0000000X")] * ASKING

    assert race(database_url, apprentices) == (2, ASKING - 2)
