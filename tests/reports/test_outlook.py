"""Will this be paid, and what is missing: one answer for institution, worker and bureau, through the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.journey import supervising
from tests.journey.town import Door, Trainee, a_door, lasting_town, newcomer, refused, row, town
from voucher_service.certificates import service as certificates
from voucher_service.database import unit_of_work

if TYPE_CHECKING:
    from tests.journey.city import Town

__all__ = ["lasting_town", "town"]


def own(trainee: Trainee) -> dict[str, Any]:
    """What the worker is told."""
    worker = trainee.worker.log_in()
    answer = worker.town.get(f"/api/v1/reports/outlooks/vouchers/{worker.voucher}", worker.token)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def of_class(door: Door, token: str) -> Any:
    return door.town.get(f"/api/v1/reports/outlooks/classes/{door.hex}", token)


def standing(outlook: dict[str, Any]) -> dict[str, str]:
    return {step["code"]: step["standing"] for step in outlook["steps"]}


def missing(outlook: dict[str, Any]) -> list[tuple[str, str]]:
    return [(step["code"], step["who"]) for step in outlook["steps"] if step["standing"] == "missing"]


def test_each_step_of_the_way_names_what_is_missing_and_who_has_it(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.seat()
    assert missing(own(trainee)) == [("attended", "holder")]
    door.teach([trainee.redemption])
    assert missing(own(trainee)) == [("attended", "institution")]
    assert door.close().status_code == 200
    gates = {("recorded", "institution"), ("surveyed", "institution"), ("exam_filed", "institution")}
    assert set(missing(own(trainee))) == gates
    door.film()
    supervising.ask(town, door.hex, door.token(), [trainee.worker])
    waiting = own(trainee)
    assert missing(waiting) == [("exam_filed", "institution")]
    filing = next(step for step in waiting["steps"] if step["code"] == "exam_filed")
    deadline = row(town, trainee.worker).certify_by
    assert deadline
    assert (filing["clause"], filing["until"]) == ("附件3", deadline.isoformat())
    door.examine([trainee])
    assert missing(own(trainee)) == [("certificate_entered", "institution")]
    entered = door.post("/api/v1/certificates", door.certificate(trainee)).get_json()["certificate"]
    assert missing(own(trainee)) == [("certificate_verified", "bureau")]
    town.tokens.clear()
    path = f"/api/v1/certificates/{entered}/decision"
    assert town.post(path, town.staff_token("bureau-clerk"), {"genuine": True}).status_code == 200
    certified = own(trainee)
    assert missing(certified) == [("valued", "bureau")]
    assert (certified["paid"], certified["possible"], certified["state"]) == (False, True, "certified")
    assert standing(certified)["paid"] == "later"


def test_a_failed_exam_and_a_hold_are_missing_and_say_so(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.complete()
    door.examine([trainee], "failed")
    failed = own(trainee)
    assert missing(failed) == [("passed", "institution")]
    worker = trainee.worker
    placed = town.post("/api/v1/disputes", worker.token, {"redemption": trainee.redemption})
    assert placed.status_code == 201, placed.text
    held = own(trainee)
    assert ("no_hold", "bureau") in missing(held)
    assert held["steps"][1]["figures"]["receipt"] == placed.get_json()["hold"]


def test_who_missed_too_much_reads_at_once_that_it_cannot_be_any_more(town: Town) -> None:
    door = a_door(town)
    stays, leaves = door.seat(2)
    for session in door.sessions():
        town.clock.moment = session.starts_at
        assert door.attend([stays.redemption], session.session_no).status_code == 200
    town.clock.advance(days=1)
    assert standing(own(leaves))["attended"] == "impossible"
    assert own(leaves)["possible"] is False
    assert door.close().status_code == 200
    assert own(leaves)["state"] == "forfeited"
    assert set(standing(own(leaves)).values()) == {"done", "impossible"}


def test_a_deadline_that_passed_leaves_the_rest_impossible(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.complete()
    deadline = row(town, trainee.worker).certify_by
    assert deadline
    town.clock.moment = deadline
    with town.app.app_context(), unit_of_work():
        certificates.forfeit_overdue(town.clock.now())
    steps = standing(own(trainee))
    assert (steps["attended"], steps["certificate_entered"]) == ("done", "impossible")


def test_institution_and_bureau_read_the_same_of_a_class_and_nobody_else_does(town: Town) -> None:
    door = a_door(town)
    trainees = door.seat(2)
    school, bureau = of_class(door, door.token()), of_class(door, town.staff_token("bureau1"))
    assert school.get_json() == bureau.get_json()
    listed = {one["redemption"]: one for one in school.get_json()["outlooks"]}
    assert listed.keys() == {one.redemption for one in trainees}
    assert listed[trainees[0].redemption] == own(trainees[0])
    assert refused(of_class(a_door(town), door.token())) == (404, "not_found")
    assert refused(of_class(door, trainees[0].worker.token)) == (403, "forbidden")
    stranger = newcomer(town)
    path = f"/api/v1/reports/outlooks/vouchers/{trainees[0].worker.voucher}"
    assert refused(town.get(path, stranger.token)) == (404, "not_found")
