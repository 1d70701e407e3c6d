"""The satisfaction survey through the API: who answers and when, what is shown, the gate, and the month of repair."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.journey import supervising
from tests.journey.city import Town
from tests.journey.town import Door, Trainee, refused
from tests.races.crowd import race
from tests.supervision.doors import new_door
from tests.supervision.test_inspections import told
from tests.supervision.test_recordings import after_the_course, state
from voucher_service.calendar import add_months, local_date

DEVICE = "0123456789abcdef" * 2


def taught(town: Town, count: int, *, absent: int = 0) -> tuple[Door, list[Trainee]]:
    """A class that is closed and not yet asked."""
    door = new_door(town)
    seated = door.seat(count + absent)
    door.teach([trainee.redemption for trainee in seated[:count]])
    assert door.close().status_code == 200
    return door, seated


def say(trainee: Trainee, score: int = 5, **changes: Any) -> Any:
    return supervising.answer(trainee.worker, score, **changes)


def close(door: Door) -> Any:
    return supervising.close_survey(door.town, door.hex, door.token())


def reopen(door: Door) -> Any:
    return door.post(f"{supervising.address(door.hex)}/survey/next-round", {"repaired_by": "更换教师，重新上实操课"})


def survey_of(door: Door) -> dict[str, Any]:
    """What the institution itself is shown."""
    shown: dict[str, Any] = door.town.get(supervising.address(door.hex), door.token()).get_json()["survey"]
    return shown


def test_a_holder_answers_once_after_the_last_session_and_only_for_the_own_class(town: Town) -> None:
    door = new_door(town)
    trainee, absent = door.seat(2)
    door.town.clock.moment = door.sessions()[0].starts_at
    early = say(trainee)
    assert (refused(early), early.get_json()["clause"]) == ((409, "survey_not_open"), "二(三)2")
    door.teach([trainee.redemption])
    after_the_course(door)
    assert refused(say(absent)) == (409, "survey_needs_attendance")
    for score in (0, 6, True, "5"):
        assert refused(say(trainee, score)) == (422, "invalid_input")  # type: ignore[arg-type]
    path = f"/api/v1/supervision/vouchers/{trainee.worker.voucher}/answers"
    assert refused(town.post(path, absent.worker.token, {"score": 5})) == (404, "not_found")
    assert refused(door.post(path, {"score": 5})) == (403, "forbidden")
    assert say(trainee, 3).status_code == 201
    assert refused(say(trainee, 5)) == (409, "survey_answered")


def test_of_two_answers_of_one_holder_at_once_one_counts(town: Town) -> None:
    door, (trainee,) = taught(town, 1)
    worker = trainee.worker.log_in()
    path = f"/api/v1/supervision/vouchers/{worker.voucher}/answers"
    outcome = race([partial(town.post, path, worker.token, {"score": score}) for score in (1, 5)])
    assert outcome.answers == {(201, None): 1, (409, "survey_answered"): 1}
    assert survey_of(door)["answers"] == 1


def test_without_a_closed_survey_no_exam_is_filed(town: Town) -> None:
    door, trainees = taught(town, 4)
    unasked = door.file_exam()
    assert (refused(unasked), unasked.get_json()["clause"]) == ((409, "survey_not_closed"), "二(三)2")
    assert unasked.get_json()["figures"] == {"round_no": 1, "answers": 0, "answers_needed": 2}
    say(trainees[0])
    few = close(door)
    assert (refused(few), few.get_json()["clause"]) == ((409, "survey_too_few_answers"), "二(三)2")
    assert few.get_json()["figures"] == {"round_no": 1, "answers": 1, "completed": 4, "answers_needed": 2}
    say(trainees[1], 4)
    assert close(door).get_json()["passed"] is True
    assert refused(say(trainees[2])) == (409, "survey_closed")
    assert refused(close(door)) == (409, "class_not_in_state")
    assert door.file_exam().status_code == 201


def test_the_institution_sees_no_total_below_five_answers_and_never_a_single_one(town: Town) -> None:
    door, trainees = taught(town, 6)
    for trainee in trainees[:4]:
        say(trainee, 5)
    assert (survey_of(door)["answers"], survey_of(door)["satisfied"], survey_of(door)["permille"]) == (4, None, None)
    say(trainees[4], 1)
    shown = door.town.get(supervising.address(door.hex), door.token())
    assert (survey_of(door)["satisfied"], survey_of(door)["permille"]) == (4, 800)
    assert "score" not in shown.text
    assert all(trainee.redemption not in shown.text for trainee in trainees)


def test_below_eighty_five_percent_the_class_is_suspended_for_a_month_and_asked_again(town: Town) -> None:
    door, trainees = taught(town, 6)
    for trainee in trainees[:5]:
        say(trainee, 5)
    say(trainees[5], 3)
    fallen = close(door).get_json()
    today = local_date(town.clock.now())
    over = add_months(today, 1)
    assert (fallen["satisfied"], fallen["passed"], fallen["repair_until"]) == (5, False, over.isoformat())
    assert state(door) == "suspended"
    low = door.file_exam()
    assert (refused(low), low.get_json()["clause"]) == ((409, "satisfaction_too_low"), "二(三)2")
    assert low.get_json()["figures"] == {
        "permille": 833,
        "permille_min": 850,
        "answers": 6,
        "satisfied": 5,
        "repair_until": over.isoformat(),
    }
    assert refused(say(trainees[0])) == (409, "survey_closed")
    while local_date(town.clock.now()) < over:
        early = reopen(door)
        assert refused(early) == (409, "repair_not_over")
        town.clock.advance(days=max(1, (over - local_date(town.clock.now())).days - 1))
    assert early.get_json()["figures"]["repair_until"] == over.isoformat()
    assert reopen(door).status_code == 201
    assert refused(reopen(door)) == (409, "nothing_to_repair")
    assert refused(door.file_exam()) == (409, "survey_not_closed")
    for trainee in trainees:
        assert say(trainee, 4).get_json()["round_no"] == 2
    assert close(door).get_json()["passed"] is True
    assert door.file_exam().status_code == 201


def test_a_class_that_the_bureau_suspended_files_no_exam_and_is_not_the_institutions_to_resume(town: Town) -> None:
    door = new_door(town)
    door.complete()
    body = {"class_id": door.hex, "kind": "suspend", "reason": "inspection", "note": ""}
    ruled = town.post("/api/v1/class-rulings", supervising.bureau_token(town, "bureau1"), body)
    assert ruled.status_code == 201, ruled.text
    assert refused(door.file_exam()) == (409, "class_not_in_state")
    assert refused(reopen(door)) == (409, "nothing_to_repair")


def test_nothing_is_repaired_where_nothing_fell_short(town: Town) -> None:
    door, (trainee,) = taught(town, 1)
    assert refused(reopen(door)) == (409, "nothing_to_repair")
    say(trainee)
    assert close(door).status_code == 201
    assert refused(reopen(door)) == (409, "nothing_to_repair")


def test_answers_from_one_device_are_flagged_to_the_bureau(town: Town) -> None:
    door, trainees = taught(town, 3)
    for trainee in trainees[:2]:
        assert say(trainee, device=DEVICE).status_code == 201
    assert say(trainees[2]).status_code == 201
    assert told(door)["shared_devices"] == 2
    assert "shared_devices" not in door.town.get(supervising.address(door.hex), door.token()).get_json()
