from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pyotp
import pytest

from tests.faces.browsing import PAGE, Visitor
from tests.journey.city import PEOPLE, Worker
from voucher_service.demo import loading
from voucher_service.demo.institutions import naming_staff
from voucher_service.identifiers import to_hex

if TYPE_CHECKING:
    from tests.journey.city import Town


@pytest.fixture
def clerk(visitor: Visitor) -> Visitor:
    return visitor.log_in_as_staff("school1-clerk")


def school_class(town: Town) -> str:
    region_id = town.city.schools[0].region_id
    return next(to_hex(class_id) for region, class_id in town.city.classes if region == region_id)


def scan(clerk: Visitor, worker: Worker, **changes: str) -> dict[str, str]:
    door = f"/scan/{school_class(clerk.town)}"
    shown = {"code": worker.code(), "name": worker.person.name, "id_number": worker.person.id_number}
    return {**clerk.hidden(door), **shown, **changes}


def ready_worker(town: Town) -> Worker:
    worker = Worker(town, PEOPLE[0], town.city.schools[0].region_id).log_in()
    assert worker.claim().status_code == 201
    return worker.open_code()


def test_staff_log_in_with_both_factors(town: Town, visitor: Visitor) -> None:
    code = pyotp.TOTP(loading.TOTP_SECRET).at(town.clock.now())
    shown = {"login_name": "school1-admin", "password": loading.PASSWORD}
    refused = visitor.send("/staff/login", **shown, code="000000")
    assert refused.status_code == 401
    assert "log_in_refused" in refused.text
    let_in = visitor.send("/staff/login", **shown, code=code)
    assert (let_in.status_code, let_in.location) == (303, "/institution/")
    assert "计划开班" in visitor.open("/institution/").text


def test_a_stranger_is_led_to_the_staffs_door(visitor: Visitor) -> None:
    assert visitor.open(visitor.open("/bureau/").location).location == "/staff/login?next=/bureau/"


def test_a_scan_spends_a_voucher_once(clerk: Visitor) -> None:
    door, worker = f"/scan/{school_class(clerk.town)}", ready_worker(clerk.town)
    form = scan(clerk, worker)
    answers = [clerk.http.post(door, data=form, headers=PAGE) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].text == answers[1].text
    assert "第 1 座" in answers[0].text
    again = clerk.http.post(door, data=scan(clerk, worker), headers=PAGE)
    assert again.status_code == 409
    assert "已用过" in again.text


def test_another_persons_card_is_refused_at_the_door(clerk: Visitor) -> None:
    door, worker = f"/scan/{school_class(clerk.town)}", ready_worker(clerk.town)
    form = scan(clerk, worker, name=PEOPLE[1].name, id_number=PEOPLE[1].id_number)
    refused = clerk.http.post(door, data=form, headers=PAGE)
    assert refused.status_code >= 400
    assert "holder_mismatch" in refused.text


def test_only_the_scanner_may_use_the_camera(clerk: Visitor) -> None:
    assert "camera=(self" in clerk.open(f"/scan/{school_class(clerk.town)}").headers["Permissions-Policy"]
    assert "camera=()" in clerk.open("/institution/").headers["Permissions-Policy"]


@pytest.mark.parametrize("path", ["/scan/{0}", "/institution/classes/{0}/close", "/institution/classes/{0}/submit"])
def test_a_forged_form_of_the_institution_is_refused(clerk: Visitor, path: str) -> None:
    assert clerk.http.post(path.format(school_class(clerk.town)), data={}, headers=PAGE).status_code == 400


def plan(town: Town, **changes: Any) -> dict[str, Any]:
    """The form of a plan that keeps every rule and names its teachers and rooms from the register."""
    starts_on, school = (town.clock.now() + timedelta(days=7)).date(), town.city.schools[0]
    drafted = loading.drafted(*school.offers[0], starts_on, town.clock.now())
    with town.app.app_context():
        proposal = naming_staff(school.region_id, school.institution_id, drafted)
    days = [(starts_on + timedelta(days=day)).isoformat() for day in range(8)]
    kinds = ["理论"] * 3 + ["实操"] * 5
    return {
        "programme_id": str(proposal.programme_id),
        "offer": f"{proposal.occupation_code}|{proposal.level}",
        "certificate_type": proposal.certificate_type,
        "capacity": str(proposal.capacity),
        "enrols_until": starts_on.isoformat(),
        "starts_on": proposal.starts_on.isoformat(),
        "ends_on": proposal.ends_on.isoformat(),
        "teachers": str(proposal.lessons.teachers),
        "workstations": str(proposal.lessons.workstations),
        "lesson_minutes": str(proposal.lessons.lesson_minutes),
        "teacher": [to_hex(teacher) for teacher in proposal.lessons.teacher_ids],
        "venue": [to_hex(room) for room in proposal.lessons.venue_ids],
        "theory_lessons": str(proposal.lessons.theory_lessons),
        "practical_lessons": str(proposal.lessons.practical_lessons),
        "sessions": "\n".join(f"{day} 09:00-15:00 {kind}" for day, kind in zip(days, kinds, strict=True)),
        **changes,
    }


def test_a_class_is_planned_submitted_and_approved_by_two_persons(town: Town, visitor: Visitor) -> None:
    admin = visitor.log_in_as_staff("school1-admin")
    planned = admin.send("/institution/plan", **plan(town))
    assert planned.status_code == 303, planned.text
    assert "✓ 通过" in admin.open(planned.location).text
    form = admin.hidden(planned.location)
    assert admin.http.post(f"{planned.location}/submit", data=form, headers=PAGE).status_code == 303
    address = planned.location.replace("/institution/", "/bureau/")
    for login_name in ("industry1", "industry2", "bureau1", "bureau2"):
        reviewer = Visitor(town).log_in_as_staff(login_name)
        assert address in reviewer.open("/bureau/classes").text
        opinion = {**reviewer.hidden(address), "verdict": "approve", "note": ""}
        signed = reviewer.http.post(f"{address}/opinion", data=opinion, headers=PAGE)
        assert signed.status_code == 303, signed.text
    assert "已批准" in admin.open(planned.location).text


@pytest.mark.parametrize(
    "change", [{"sessions": "tomorrow"}, {"capacity": "-1"}, {"starts_on": "2026-02-30"}, {"offer": "\x00"}]
)
def test_a_plan_that_cannot_be_read_comes_back(town: Town, visitor: Visitor, change: dict[str, str]) -> None:
    answer = visitor.log_in_as_staff("school1-admin").send("/institution/plan", **plan(town, **change))
    assert answer.status_code == 422
    assert "invalid_input" in answer.text


def test_the_dashboard_counts_what_was_issued(town: Town, visitor: Visitor) -> None:
    ready_worker(town)
    page = visitor.log_in_as_staff("bureau1").open("/bureau/").text
    assert "1 / 20,000" in page
    assert "<svg" in page
    assert "有效使用目标" in page


def test_certificates_wait_for_the_bureau_only(town: Town, clerk: Visitor) -> None:
    assert clerk.open("/bureau/certificates").status_code == 403
    assert "没有等待核验" in Visitor(town).log_in_as_staff("bureau1").open("/bureau/certificates").text
