"""Rules of a course while and after it is held: each broken by itself, so that no certificate gets a value."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.journey import supervising
from tests.journey.town import claimed
from tests.roll_calls.test_make_ups import enter as make_up
from tests.rulebook.breaking import Broken, breaks, close_short, door_at, free_door, free_room, problem
from tests.rulebook.of_plans import WELDERS
from tests.sign_ins.room import sign_in
from tests.supervision.test_inspections import enter, told, verify
from tests.supervision.test_online import finished
from tests.supervision.test_recordings import after_the_course, films_of, hand_in, judge

if TYPE_CHECKING:
    from tests.journey.city import Town


@breaks("R14")
def more_certificates_than_were_present(town: Town) -> Broken:
    door = free_door(town)
    trainees = door.complete(2)
    mid = door.sessions()[3].starts_at.isoformat()
    assert supervising.inspect(town, door.hex, 1, kind="mid_course", inspected_at=mid).status_code == 201
    first, second = (enter(door, trainee) for trainee in door.examine(trainees))
    assert verify(door, first).status_code == 200
    beyond = problem(verify(door, second), 409, "payable_reached")
    return Broken(beyond, {"checks": 1, "payable": 1, "valued": 1, "next": 2}, unpaid=[trainees[1].worker])


@breaks("R18a")
def never_inspected(town: Town) -> Broken:
    door = free_door(town)
    (trainee,) = door.complete(inspected=False)
    door.examine([trainee])
    unseen = problem(verify(door, enter(door, trainee)), 409, "class_not_inspected")
    return Broken(unseen, {"inspections": 0, "videos": 0, "inspections_min": 1}, unpaid=[trainee.worker])


@breaks("R15")
def a_video_that_shows_too_little_to_stand_in(town: Town) -> Broken:
    door = free_door(town)
    (trainee,) = door.complete(inspected=False)
    recording = told(door)["recordings"][0]["row"]["recording"]
    assert judge(door, recording, effective=False, present=1).status_code == 201
    door.examine([trainee])
    certificate = enter(door, trainee)
    unseen = problem(verify(door, certificate), 409, "class_not_inspected")
    assert unseen["figures"]["videos"] == 0
    return Broken({}, {}, unpaid=[trainee.worker], refuses=False)


@breaks("R18b")
def a_session_without_a_recording(town: Town) -> Broken:
    door = free_door(town)
    (trainee,) = door.complete(filmed=False)
    assert hand_in(door, *films_of(door)[:-1]).status_code == 201
    door.examine([trainee])
    missing = problem(verify(door, enter(door, trainee)), 409, "recordings_missing")
    return Broken(missing, {"sessions": 1, "first": 8}, unpaid=[trainee.worker])


@breaks("R18c")
def a_recording_that_is_too_short(town: Town) -> Broken:
    door = free_door(town)
    claimed(town)
    after_the_course(door)
    theory = films_of(door)[0]
    whole = door.sessions()[0]
    theory["starts_at"] = (whole.starts_at + timedelta(minutes=7)).isoformat()
    assert hand_in(door, theory).status_code == 201
    (short,) = told(door)["shortfalls"]
    return Broken({"figures": short}, {"session_no": 1, "kind": "theory", "missing": 7}, refuses=False)


@breaks("R18d")
def three_recordings_that_miss_somebody(town: Town) -> Broken:
    door = free_door(town)
    (trainee,) = door.complete()
    for recording in told(door)["recordings"][:3]:
        assert judge(door, recording["row"]["recording"], shows_everyone=False).status_code == 201
    lost = problem(door.file_exam(), 409, "class_lost_subsidy")
    return Broken(lost, {"incomplete": 3, "strikes": 3}, unpaid=[trainee.worker])


@breaks("R18e")
def a_recording_that_somebody_wants_gone(town: Town) -> Broken:
    door = free_door(town)
    after_the_course(door)
    kept = hand_in(door, films_of(door)[0]).get_json()["recordings"][0]
    day = door.sessions()[0].starts_at.date()
    path = f"{supervising.address(door.hex)}/recordings/{kept['recording']}"
    headers = {"Authorization": f"Bearer {door.token()}", "Idempotency-Key": "delete-a-recording"}
    assert town.client().delete(path, headers=headers).status_code in {404, 405}
    assert [one["row"]["recording"] for one in told(door)["recordings"]] == [kept["recording"]]
    years_on = day.replace(year=day.year + 3).isoformat()
    return Broken({"figures": kept}, {"kept_until": years_on}, refuses=False)


@breaks("R18f")
def a_make_up_that_nobody_filmed(town: Town) -> Broken:
    room = free_room(town)
    (trainee,) = room.door.seated
    town.clock.moment = room.door.sessions()[0].ends_at
    assert make_up(room).status_code == 201
    town.clock.advance(hours=2)
    trainee.worker.log_in()
    assert room.open(1001).status_code == 200
    assert sign_in(trainee.worker, code=room.shown(1001)["code"]).get_json()["flags"] == []
    assert room.standing(trainee, 1) == "none"
    closed = close_short(room.door).get_json()
    return Broken({"figures": closed}, {"completed": 0, "forfeited": 1}, [trainee.worker], refuses=False)


@breaks("R18g")
def trainees_who_are_not_satisfied(town: Town) -> Broken:
    door = free_door(town)
    (trainee,) = door.seat()
    door.teach([trainee.redemption])
    assert door.close().status_code == 200
    assert supervising.answer(trainee.worker, 3).status_code == 201
    assert supervising.close_survey(town, door.hex, door.token()).get_json()["passed"] is False
    low = problem(door.file_exam(), 409, "satisfaction_too_low")
    return Broken(low, {"permille": 0, "permille_min": 850, "answers": 1}, unpaid=[trainee.worker])


@breaks("S18")
def too_few_who_were_asked(town: Town) -> Broken:
    door = free_door(town)
    trainees = door.seat(4)
    door.teach([trainee.redemption for trainee in trainees])
    assert door.close().status_code == 200
    assert supervising.answer(trainees[0].worker, 5).status_code == 201
    few = problem(supervising.close_survey(town, door.hex, door.token()), 409, "survey_too_few_answers")
    problem(door.file_exam(), 409, "survey_not_closed")
    unpaid = [trainee.worker for trainee in trainees]
    return Broken(few, {"answers": 1, "completed": 4, "answers_needed": 2}, unpaid=unpaid)


@breaks("R18h")
def a_platform_that_reported_nothing(town: Town) -> Broken:
    door, trainee, certificate = finished(town)
    unreported = problem(verify(door, certificate), 409, "online_not_recognised")
    return Broken(unreported, {"unrecognised": 1, "permille": 750, "permille_min": 800}, unpaid=[trainee.worker])


@breaks("R20")
def an_exam_for_two_occupations(town: Town) -> Broken:
    welders, turners = (door_at(town, WELDERS, occupation, "junior") for occupation in ("DM01", "DM03"))
    (welder,) = welders.complete()
    differ = problem(welders.file_exam(3, turners), 422, "exam_classes_differ")
    return Broken(differ, {"field": "occupation_code"}, unpaid=[welder.worker])


@breaks("R22")
def an_exam_that_is_filed_too_late(town: Town) -> Broken:
    door = free_door(town)
    (trainee,) = door.complete()
    late = problem(door.file_exam(2), 409, "exam_filed_too_late")
    unfiled = problem(door.post("/api/v1/certificates", door.certificate(trainee)), 409, "exam_not_filed")
    assert (unfiled["clause"], unfiled["figures"]) == (late["clause"], {"filed": 0, "exams_min": 1})
    return Broken(late, {"days_min": 3}, unpaid=[trainee.worker])


@breaks("S17")
def one_session_too_few(town: Town) -> Broken:
    door = free_door(town)
    (trainee,) = door.seat()
    closed = close_short(door).get_json()
    return Broken({"figures": closed}, {"completed": 0, "forfeited": 1}, [trainee.worker], refuses=False)
