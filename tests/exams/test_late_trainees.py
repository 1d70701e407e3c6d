"""Whoever was on hold over the close of the class: their way to an exam and a certificate, before or after the exam."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tests.exams.test_results_table import enter, line
from tests.faces.browsing import PAGE, Visitor
from tests.faces.test_questions import listened_to
from tests.journey import supervising
from tests.journey.city import START
from tests.journey.town import Door, Trainee, a_door, assert_sound, refused, row
from tests.races.crowd import race
from tests.risk.lines import decide, dispute
from tests.rosters.school import School
from tests.supervision.test_recordings import state
from voucher_service.calendar import local_date
from voucher_service.exams import service as exams
from voucher_service.identifiers import from_hex, to_hex

if TYPE_CHECKING:
    from tests.journey.city import Town


def closed_over(town: Town, regular: int = 1) -> tuple[Door, list[Trainee], Trainee, Any]:
    """A class that is closed, filmed and asked while the voucher of its last trainee is on hold; and the hold."""
    door = a_door(town)
    *others, held = door.seat(regular + 1)
    door.teach([trainee.redemption for trainee in door.seated])
    placed = dispute(held)
    assert placed.status_code == 201, placed.text
    assert door.close().get_json() == {"completed": regular, "forfeited": 0}
    door.film()
    supervising.ask(town, door.hex, door.token(), [trainee.worker for trainee in others])
    return door, others, held, placed


def passed(door: Door, filed: Any, *trainees: Trainee) -> Any:
    rows = [{"redemption": trainee.redemption, "outcome": "passed"} for trainee in trainees]
    return door.post(f"/api/v1/exams/{filed.get_json()['exam']}/results", {"results": rows})


def two_exams(town: Town) -> tuple[Door, Trainee, Trainee, Any, Any]:
    """A class, who passed its first exam and who only completed after it, and both exams, which are over."""
    door, (regular,), held, placed = closed_over(town)
    first = door.file_exam()
    town.clock.advance(days=4)
    passed(door, first, regular)
    decide(town, placed, "lift")
    second = door.file_exam()
    town.clock.advance(days=4)
    return door, regular, held, first, second


def results_known(door: Door) -> set[str]:
    with door.town.app.app_context():
        return {to_hex(key) for key in exams.results_of_class(door.region_id, from_hex(door.hex))}


def outlook(door: Door, trainee: Trainee) -> dict[str, str]:
    answer = door.town.get(f"/api/v1/reports/outlooks/classes/{door.hex}", door.token())
    assert answer.status_code == 200, answer.text
    (found,) = [one for one in answer.get_json()["outlooks"] if one["redemption"] == trainee.redemption]
    return {step["code"]: step["standing"] for step in found["steps"]}


def test_lifted_before_the_exam_the_trainee_sits_it_with_the_others(town: Town) -> None:
    door, (regular,), held, placed = closed_over(town)
    filed = door.file_exam()
    assert filed.status_code == 201, filed.text
    decide(town, placed, "lift")
    assert row(town, held.worker).state == "completed"
    town.clock.advance(days=4)
    assert passed(door, filed, regular, held).status_code == 200
    assert state(door) == "examined"
    assert door.certify(held).status_code == 200
    assert row(town, held.worker).value_fen
    assert_sound(town)


def test_lifted_after_the_exam_the_class_files_another_and_the_first_results_stand(town: Town) -> None:
    door, (regular,), held, placed = closed_over(town)
    first = door.file_exam()
    assert refused(door.file_exam()) == (409, "class_not_in_state")
    town.clock.advance(days=4)
    assert passed(door, first, regular).status_code == 200
    assert (state(door), row(town, held.worker).state) == ("examined", "redeemed")
    assert refused(door.file_exam()) == (409, "class_not_in_state")
    decide(town, placed, "lift")
    unexamined = door.post("/api/v1/certificates", door.certificate(held))
    assert (refused(unexamined), unexamined.get_json()["figures"]) == ((409, "exam_not_passed"), {"outcome": "none"})
    late = door.file_exam(2)
    assert refused(late) == (409, "exam_filed_too_late")
    second = door.file_exam()
    assert (second.status_code, state(door)) == (201, "exam_filed"), second.text
    town.clock.advance(days=4)
    assert refused(passed(door, second, regular)) == (422, "not_a_candidate")
    assert passed(door, second, held).status_code == 200
    assert state(door) == "examined"
    for trainee, exam in ((regular, first), (held, second)):
        day = exam.get_json()["held_on"]
        other = {first: second, second: first}[exam].get_json()["held_on"]
        wrong = door.post("/api/v1/certificates", door.certificate(trainee, examined_on=other, issued_on=other))
        assert refused(wrong)[1] in {"exam_day_mismatch", "certificate_in_future"}
        entered = door.post("/api/v1/certificates", door.certificate(trainee, examined_on=day, issued_on=day))
        assert entered.status_code == 201, entered.text
        path = f"/api/v1/certificates/{entered.get_json()['certificate']}/decision"
        verified = town.post(path, supervising.bureau_token(town), {"genuine": True})
        assert verified.status_code == 200, verified.text
        assert row(town, trainee.worker).value_fen
    assert {outlook(door, trainee)["passed"] for trainee in (regular, held)} == {"done"}
    assert_sound(town)


def test_nobody_has_a_result_of_an_exam_before_they_completed(town: Town) -> None:
    door, (regular,), held, placed = closed_over(town)
    first = door.file_exam()
    day = first.get_json()["held_on"]
    town.clock.advance(days=4)
    decide(town, placed, "lift")
    after = {"completed_on": local_date(town.clock.now()).isoformat(), "held_on": day}
    for together in ((held,), (regular, held)):
        answer = passed(door, first, *together)
        assert (refused(answer), answer.get_json()["figures"]) == ((409, "completed_after_exam"), after)
    table = School(door, "results", first.get_json()["exam"])
    assert enter(table, line(regular), line(held)) == [[], ["completed_after_exam"]]
    assert enter(table, line(held, "缺考")) == [["completed_after_exam"]]
    assert results_known(door) == set()
    steps = outlook(door, held)
    assert (steps["exam_filed"], steps["passed"]) == ("missing", "later"), "no result of that exam is waited for"
    assert outlook(door, regular)["exam_filed"] == "done"
    assert passed(door, first, regular).status_code == 200
    second = door.file_exam()
    assert outlook(door, held)["exam_filed"] == "done"
    town.clock.advance(days=4)
    assert passed(door, second, held).status_code == 200
    assert results_known(door) == {regular.redemption, held.redemption}


def test_lifted_on_the_exams_day_the_trainee_may_still_have_sat_it(town: Town) -> None:
    door, (regular,), held, placed = closed_over(town)
    first = door.file_exam()
    town.clock.advance(days=3)
    decide(town, placed, "lift")
    town.clock.advance(days=1)
    assert passed(door, first, regular, held).status_code == 200


def test_a_further_filing_is_withdrawn_and_filed_again(town: Town) -> None:
    door, (regular,), _, placed = closed_over(town)
    first = door.file_exam()
    town.clock.advance(days=4)
    passed(door, first, regular)
    decide(town, placed, "lift")
    second = door.file_exam()
    withdrawn = door.post(f"/api/v1/exams/{second.get_json()['exam']}/withdrawal", {})
    assert (withdrawn.status_code, state(door)) == (200, "examined")
    assert door.file_exam().status_code == 201
    day = first.get_json()["held_on"]
    entered = door.post("/api/v1/certificates", door.certificate(regular, examined_on=day, issued_on=day))
    assert entered.status_code == 201, entered.text


def test_of_two_further_filings_at_once_one_stands(town: Town) -> None:
    door, (regular,), _, placed = closed_over(town)
    first = door.file_exam()
    town.clock.advance(days=4)
    passed(door, first, regular)
    decide(town, placed, "lift")
    outcome = race([partial(door.file_exam, 3)] * 2)
    assert outcome.answers == {(201, None): 1, (409, "class_not_in_state"): 1}


def test_a_further_filing_withdrawn_before_any_result_leaves_the_class_to_its_first_exam(town: Town) -> None:
    door, (regular,), held, placed = closed_over(town)
    first = door.file_exam()
    decide(town, placed, "lift")
    town.clock.advance(days=4)
    second = door.file_exam()
    withdrawn = door.post(f"/api/v1/exams/{second.get_json()['exam']}/withdrawal", {})
    assert (withdrawn.status_code, state(door)) == (200, "exam_filed")
    assert passed(door, first, regular, held).status_code == 200
    assert state(door) == "examined"


def test_of_two_exams_that_give_one_trainee_a_result_at_once_one_does(town: Town) -> None:
    door, (other, sat), _, _ = closed_over(town, 2)
    first = door.file_exam()
    town.clock.advance(days=4)
    passed(door, first, other)
    second = door.file_exam()
    town.clock.advance(days=4)
    outcome = race([partial(passed, door, exam, sat) for exam in (first, second) * 3])
    assert outcome.answers == {(200, None): 3, (422, "not_a_candidate"): 3}


def test_the_page_of_a_further_exam_enters_its_results_and_corrects_those_of_the_first(town: Town) -> None:
    door, regular, held, first, second = two_exams(town)
    desk, address = Visitor(town), f"/institution/classes/{door.hex}/exam"
    desk.http.set_cookie("voucher_session", door.token())
    given = {f"outcome-{regular.redemption}": "passed", f"outcome-{held.redemption}": "passed"}
    page = desk.open(address).text
    assert all(f'name="{name}"' in page for name in given)
    entered = desk.http.post(
        f"{address}/results", data=desk.hidden(address) | given | {f"reason-{regular.redemption}": ""}, headers=PAGE
    )
    assert entered.status_code == 303, entered.text
    assert state(door) == "examined"
    with town.app.app_context():
        of_class = exams.results_of_class(door.region_id, from_hex(door.hex))
    exam_of = {to_hex(key): to_hex(exam.exam_id) for key, (exam, _) in of_class.items()}
    assert exam_of == {regular.redemption: first.get_json()["exam"], held.redemption: second.get_json()["exam"]}
    corrected = given | {f"outcome-{regular.redemption}": "failed", f"reason-{regular.redemption}": "成绩单看错了"}
    sent = desk.http.post(f"{address}/results", data=desk.hidden(address) | corrected, headers=PAGE)
    assert sent.status_code == 303, sent.text
    assert outlook(door, regular)["passed"] != "done"
    assert outlook(door, held)["passed"] == "done"


def test_the_page_asks_no_more_of_the_database_for_more_who_completed(town: Town) -> None:
    asked = []
    for regular in (1, 4):
        town.clock.moment = START
        door, _, _, _ = closed_over(town, regular)
        door.file_exam()
        town.clock.advance(days=4)
        desk = Visitor(town)
        desk.http.set_cookie("voucher_session", door.token())
        assert desk.open(f"/institution/classes/{door.hex}/exam").status_code == 200
        with listened_to(town) as sent:
            desk.open(f"/institution/classes/{door.hex}/exam")
        asked.append(len(sent))
    assert asked[0] == asked[1]


def test_the_page_offers_the_further_filing_to_the_institution(town: Town) -> None:
    door, (regular,), _, placed = closed_over(town)
    first = door.file_exam()
    town.clock.advance(days=4)
    passed(door, first, regular)
    desk = Visitor(town)
    desk.http.set_cookie("voucher_session", door.token())
    address = f"/institution/classes/{door.hex}/exam"
    assert "再报一次考核" not in desk.open(address).text
    decide(town, placed, "lift")
    desk.http.set_cookie("voucher_session", door.token())
    page = desk.open(address)
    assert page.status_code == 200
    assert "再报一次考核" in page.text
