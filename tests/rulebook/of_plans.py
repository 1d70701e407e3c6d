"""Rules of a class's plan: each broken by itself, so that the class is not approved and takes nobody in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.journey.city import PEOPLE
from tests.programmes.test_packs import document
from tests.rulebook.breaking import Broken, Planned, Planner, breaks, broken_plan, finding, plan, problem, school, staff
from voucher_service.calendar import local_date
from voucher_service.database import unit_of_work
from voucher_service.identifiers import from_hex, new_id
from voucher_service.programmes.models import Standard

if TYPE_CHECKING:
    from tests.journey.city import Town

PLATFORM = "示例网络学习平台"
ENTERPRISE = "91411200MA0000000X"
WELDERS, OTHER_WELDERS, CARERS, CENTRE, COMMERCE, ORCHARD = 0, 7, 2, 9, 10, 6
"""Schools of the demonstration by what they teach: where a row stops a school, it is one that no other row needs."""
FARMERS, CATERERS = 8, 5


@breaks("R17a")
def too_many_to_a_teacher(town: Town) -> Broken:
    planned = school(town).draft(capacity=41, lessons={"teachers": 2})
    return broken_plan(planned, "R17a", trainees=41, teachers=2, trainees_per_teacher_max=20)


@breaks("R17b")
def one_teacher(town: Town) -> Broken:
    planned = school(town).draft(capacity=20, lessons={"teachers": 1})
    return broken_plan(planned, "R17b", teachers=1, teachers_min=2)


@breaks("R17c")
def one_trainee_too_many(town: Town) -> Broken:
    planned = school(town).draft(capacity=81, lessons={"teachers": 5})
    return broken_plan(planned, "R17c", trainees=81, trainees_max=80)


@breaks("R17d")
def a_lesson_too_short(town: Town) -> Broken:
    planned = school(town).draft(lessons={"lesson_minutes": 39})
    return broken_plan(planned, "R17d", lesson_minutes=39, lesson_minutes_min=40)


@breaks("R17e")
def too_little_practice(town: Town) -> Broken:
    planned = school(town).draft(lessons={"theory_lessons": 26, "practical_lessons": 38})
    return broken_plan(planned, "R17e", practical_lessons=38, lessons=64, practical_share_min_permille=600)


@breaks("R17g")
def too_much_on_line(town: Town) -> Broken:
    lessons = {"theory_lessons": 0, "practical_lessons": 38, "online_lessons": 26, "online_platform": PLATFORM}
    planned = school(town).draft(lessons=lessons)
    found = finding_among(planned, "R17g")
    return Broken(found, {"online_lessons": 26, "lessons": 64, "online_share_max_permille": 400}, shut=[planned])


def finding_among(planned: Planned, rule_id: str) -> dict[str, Any]:
    """A finding that cannot come alone: over 40 % on line leaves under 60 % for practice."""
    answer = planned.submit()
    problem(answer, 422, "class_breaks_rules")
    found = {one["rule_id"]: one for one in answer.get_json()["figures"]["findings"]}
    assert set(found) == {rule_id, "R17e"}
    return dict(found[rule_id])


@breaks("R10")
def one_lesson_short(town: Town) -> Broken:
    planned = school(town, COMMERCE).draft(
        occupation_code="DA02",
        level="",
        certificate_type="completion",
        lessons={"theory_lessons": 15, "practical_lessons": 24},
    )
    return broken_plan(planned, "R10", lessons=39, completion_lessons_min=40)


@breaks("R19")
def the_weaker_certificate(town: Town) -> Broken:
    with town.app.app_context(), unit_of_work() as session:
        session.add(
            Standard(
                standard_id=new_id(),
                effective_from=local_date(town.clock.now()) - timedelta(days=1),
                occupation_code="DM05",
                level="junior",
                certificate_type="completion",
                amount_fen=40_000,
            )
        )
    planned = school(town).draft(occupation_code="DM05", certificate_type="completion")
    return broken_plan(planned, "R19", certificate_type="completion", strongest_certificate="skill_level")


@breaks("R17f")
def too_many_apprentices(town: Town) -> Broken:
    planner = school(town)
    for _ in range(2):
        assert planner.draft(capacity=80, apprentices_of=ENTERPRISE).submit().status_code == 200
    planned = planner.draft(capacity=41, apprentices_of=ENTERPRISE, lessons={"teachers": 3})
    return broken_plan(planned, "R17f", apprentices_same=201, apprentices_same_max=200)


@breaks("R17h")
def not_licensed_that_day(town: Town) -> Broken:
    planner = school(town)
    today = local_date(town.clock.now())
    change = {"occupation_code": "DM02", "level": "junior", "valid_from": (today + timedelta(days=8)).isoformat()}
    path = f"/api/v1/institutions/{planner.hex}/licences"
    assert town.post(path, staff(town, "bureau1"), change).status_code == 201
    early = planner.post("/api/v1/classes/", plan(town, occupation_code="DM02"))
    on_the_day = planner.post("/api/v1/classes/", plan(town, occupation_code="DM02", starts_after=8))
    assert on_the_day.status_code == 201, on_the_day.text
    told = problem(early, 409, "not_licensed")
    return Broken(told, {"occupation_code": "DM02", "level": "junior"}, never_drafted=True)


@breaks("R17i")
def a_centre_without_certified_teachers(town: Town) -> Broken:
    planner = school(town, CENTRE)
    planned = planner.draft(capacity=80)
    for teacher in teachers_of(planner)[1:]:
        path = f"/api/v1/institutions/{planner.hex}/teachers/{teacher}/leave"
        assert planner.post(path).status_code == 200
    return broken_plan(planned, "R17i", certified_teachers=1, teachers_min=2, trainees=80)


def teachers_of(planner: Planner) -> list[str]:
    """Registered teachers, those with a teaching certificate last."""
    shown = planner.town.get(f"/api/v1/institutions/{planner.hex}/teachers", planner.token()).get_json()["teachers"]
    there = [one["teacher"] for one in shown if one["teacher"]["left_at"] is None and one["teacher"]["confirmed_at"]]
    return [one["teacher_id"] for one in sorted(there, key=lambda one: one["teaching_certificate"], reverse=True)]


def enter_teacher(planner: Planner, person: int) -> str:
    """Register a teacher whom nobody has confirmed."""
    one = PEOPLE[person]
    entry = {
        "name": one.name,
        "id_number": one.id_number,
        "phone": one.phone,
        "qualification": "高级工",
        "teaching_certificate": True,
    }
    entered = planner.post(f"/api/v1/institutions/{planner.hex}/teachers", entry)
    assert entered.status_code == 201, entered.text
    return str(entered.get_json()["teacher_id"])


@breaks("R13")
def a_teacher_who_is_not_on_record(town: Town) -> Broken:
    planner = school(town)
    planned = planner.draft(lessons={"teacher_ids": [enter_teacher(planner, 9_001)]})
    return broken_plan(planned, "R13", unfit_named=1, named_teachers=0)


@breaks("S01")
def one_teacher_in_two_classes(town: Town) -> Broken:
    planner = school(town)
    (teacher, *_) = teachers_of(planner)
    first = planner.draft(lessons={"teacher_ids": [teacher]}, starts_after=60)
    assert first.submit().status_code == 200
    planned = planner.draft(lessons={"teacher_ids": [teacher]}, starts_after=60)
    return broken_plan(planned, "S01", clashes=8)


@breaks("S02")
def a_new_school_beyond_its_rooms(town: Town) -> Broken:
    bureau = staff(town, "bureau1")
    entry = {"region_id": 411202, "name": "湖滨区示例新校", "kind": "private_school"}
    entered = town.post("/api/v1/institutions/", bureau, entry)
    assert entered.status_code == 201, entered.text
    planner = Planner(town, 411202, from_hex(entered.get_json()["institution_id"]))
    licence = {"occupation_code": "DM01", "level": "junior", "valid_from": local_date(town.clock.now()).isoformat()}
    assert town.post(f"/api/v1/institutions/{planner.hex}/licences", bureau, licence).status_code == 201
    return broken_plan(planner.draft(capacity=40), "S02", trainees_at_once=40, ceiling=0, on_probation=1)


@breaks("R05")
def an_audit_finding(town: Town) -> Broken:
    planner = school(town, FARMERS)
    planned = planner.draft(occupation_code="DF02")
    found = {"found_on": "2024-05-06", "document": "示例〔2024〕8号"}
    path = f"/api/v1/institutions/{planner.hex}/findings"
    assert town.post(path, staff(town, "bureau1"), found).status_code == 201
    return broken_plan(planned, "R05", finding_year=2024, since_year=2022)


@breaks("R07")
def outside_its_region(town: Town) -> Broken:
    planned = school(town, CARERS).draft(occupation_code="DS01", held_in_region_id=411203)
    return broken_plan(planned, "R07", outside_region=1, consent="—")


@breaks("R21")
def on_the_black_list(town: Town) -> Broken:
    planner = school(town, CATERERS)
    planned = planner.draft(occupation_code="DS04")
    listing = {
        "reason": "示例",
        "document": "示例〔2026〕3号",
        "listed_from": local_date(town.clock.now()).isoformat(),
        "listed_until": None,
    }
    path = f"/api/v1/institutions/{planner.hex}/blacklistings"
    asked = town.post(path, staff(town, "bureau1"), listing)
    assert asked.status_code == 201, asked.text
    confirm = f"{path}/{asked.get_json()['blacklisting_id']}/confirm"
    alone = town.post(confirm, staff(town, "bureau1"), None)
    problem(alone, 409, "second_person_is_first")
    assert town.post(confirm, staff(town, "bureau2"), None).status_code == 200
    figures = {"suspended_on": listing["listed_from"]}
    return Broken(problem(planned.submit(), 403, "institution_suspended"), figures, shut=[planned])


def adopt(town: Town, days: int, **numbers: int) -> None:
    """Two persons adopt a rule pack, and its day comes."""
    day = local_date(town.clock.now()) + timedelta(days=days)
    proposed = town.post("/api/v1/rule-packs/proposals", staff(town, "bureau1"), document(day.isoformat(), **numbers))
    assert proposed.status_code == 201, proposed.text
    path = f"/api/v1/rule-packs/proposals/{proposed.get_json()['proposal_id']}/decision"
    assert town.post(path, staff(town, "bureau2"), {"verdict": "adopt"}).status_code == 200
    town.clock.advance(days=days)


def approved_in_silence(planned: Planned, rule_id: str) -> dict[str, Any]:
    """The bureau's opinion is turned down because nobody says why a share may be broken."""
    assert planned.submit().status_code == 200
    for who in ("industry1", "industry2"):
        assert planned.sign(who).status_code == 200
    found = finding(planned.sign("bureau1"), rule_id, "reason_missing")
    assert planned.state() == "industry_approved"
    return found


@breaks("R06")
def manufacturing_below_its_share(town: Town) -> Broken:
    adopt(town, 200, manufacturing_share_min_permille=1000)
    planned = school(town, CARERS).draft(occupation_code="DS01")
    found = approved_in_silence(planned, "R06")
    return Broken(found, {"manufacturing_share_min_permille": 1000}, shut=[planned])


@breaks("R09")
def too_many_weak_certificates(town: Town) -> Broken:
    adopt(town, 210, manufacturing_share_min_permille=0, weak_certificates_share_max_permille=0)
    planned = school(town, ORCHARD).draft(occupation_code="DA01", level="", certificate_type="special_ability")
    found = approved_in_silence(planned, "R09")
    return Broken(found, {"weak_certificates_share_max_permille": 0}, shut=[planned])


@breaks("R24")
def one_person_signs_twice(town: Town) -> Broken:
    planned = school(town).draft()
    assert planned.submit().status_code == 200
    assert planned.sign("industry1").status_code == 200
    twice = problem(planned.sign("industry1"), 409, "second_reviewer_is_first")
    assert planned.state() == "submitted"
    return Broken(twice, {"signed": 1, "reviewers_min": 2}, shut=[planned])


@breaks("R27")
def a_review_that_is_late(town: Town) -> Broken:
    planned = school(town).draft(starts_after=60)
    assert planned.submit().status_code == 200
    town.clock.advance(days=20)
    shown = town.get(f"/api/v1/classes/{planned.hex}", staff(town, "industry1")).get_json()["review_clock"]
    assert shown["overdue"] is True
    return Broken({"figures": shown}, {"accepted_on": "2026-03-02", "overdue": True}, shut=[planned], refuses=False)
