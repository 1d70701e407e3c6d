"""Online sessions through the API: unreported, unlisted or faulty they do not count, and it costs the value."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.journey import supervising
from tests.journey.city import START, Town
from tests.journey.town import Door, Trainee, refused
from tests.supervision.test_inspections import enter, told, verify
from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.classes.service import Lessons
from voucher_service.database import unit_of_work
from voucher_service.demo import loading
from voucher_service.supervision.errors import PlatformUnavailable
from voucher_service.supervision.rules import OnlineReport

PLATFORM = "示例网络学习平台"
ONLINE_SESSION = 3
LESSONS = 8
SOUND = OnlineReport(ONLINE_SESSION, PLATFORM, 0, 1, 300, LESSONS, 0, LESSONS)


class Platform:
    """Answers with what it was given, or not at all."""

    def __init__(self, *reports: OnlineReport) -> None:
        self._reports = reports

    def reports(self, class_id: str) -> Any:
        assert len(class_id) == 16
        if not self._reports:
            raise PlatformUnavailable
        return self._reports


def online_door(town: Town) -> Door:
    """A class whose third day is online theory on a listed platform."""
    school = town.city.schools[0]
    drafted = loading.drafted(*school.offers[0], local_date(START) + loading.STARTS_AFTER, START)
    meetings = [meeting._replace(kind="online") if at == 2 else meeting for at, meeting in enumerate(drafted.sessions)]
    lessons = Lessons(
        teachers=4,
        workstations=20,
        lesson_minutes=45,
        theory_lessons=16,
        practical_lessons=40,
        online_lessons=LESSONS,
        online_platform=PLATFORM,
    )
    with town.app.app_context(), unit_of_work():
        proposal = replace(drafted, lessons=lessons, sessions=meetings)
        planned = classes.plan_class(school.region_id, school.institution_id, proposal, START)
        classes.submit(planned.region_id, planned.class_id, START)
        for who in ("industry1", "industry2", "bureau1", "bureau2"):
            classes.give_opinion(
                planned.region_id,
                planned.class_id,
                who[:-1],
                "approve",
                note="示例",
                caller=town.city.staff[who],
                now=START,
            )
        class_id = planned.class_id
    return Door(town, school.region_id, class_id, school.institution_id, clerk_id=class_id >> 1 or 1)


def fetch(door: Door, *reports: OnlineReport) -> Any:
    door.town.clock.advance(seconds=1)
    door.town.app.extensions["online_platform"] = Platform(*reports)
    try:
        return door.post(f"{supervising.address(door.hex)}/online/reports", {})
    finally:
        del door.town.app.extensions["online_platform"]


def find(door: Door, *faults: str, session_no: int = ONLINE_SESSION) -> Any:
    body = {"session_no": session_no, "faults": list(faults), "note": "示例"}
    door.town.clock.advance(seconds=1)
    path = f"{supervising.address(door.hex)}/online/faults"
    return door.town.post(path, supervising.bureau_token(door.town), body)


def finished(town: Town) -> tuple[Door, Trainee, str]:
    """A trainee who missed one session of eight, and whose certificate waits for the bureau."""
    door = online_door(town)
    (trainee,) = door.seat()
    for session in door.sessions()[:-1]:
        town.clock.moment = session.starts_at + timedelta(minutes=5)
        assert door.attend([trainee.redemption], session.session_no).status_code == 200
    first = door.sessions()[0].starts_at.isoformat()
    assert supervising.inspect(town, door.hex, 1, inspected_at=first).status_code == 201
    assert door.close().get_json() == {"completed": 1, "forfeited": 0}
    films = [film for film in supervising.films(town, door.region_id, door.hex) if film["session_no"] != ONLINE_SESSION]
    assert supervising.film(town, door.hex, door.token(), films).status_code == 201
    supervising.ask(town, door.hex, door.token(), [trainee.worker])
    door.examine([trainee])
    return door, trainee, enter(door, trainee)


def test_an_online_session_that_does_not_count_takes_the_attendance_below_what_completes(town: Town) -> None:
    door, _, certificate = finished(town)
    assert told(door)["unrecorded"] == []
    (standing,) = told(door)["online"]
    assert (standing["session_no"], standing["reasons"]) == (ONLINE_SESSION, ["unreported"])
    unreported = verify(door, certificate)
    assert (refused(unreported), unreported.get_json()["clause"]) == ((409, "online_not_recognised"), "三(二)")
    assert unreported.get_json()["figures"] == {
        "unrecognised": 1,
        "attended": 7,
        "held": 8,
        "permille": 750,
        "permille_min": 800,
    }
    assert refused(fetch(door)) == (503, "platform_unavailable")
    cheated = fetch(door, SOUND._replace(longest_seconds_without_popup=301, photos=LESSONS - 1))
    assert cheated.status_code == 201, cheated.text
    (standing,) = cheated.get_json()["online"]
    assert standing["reasons"] == ["no_popup", "no_photo"]
    assert standing["figures"] == {"no_popup": 301, "no_photo": 7}
    assert refused(verify(door, certificate)) == (409, "online_not_recognised")
    elsewhere = fetch(door, SOUND._replace(platform="别的平台"))
    assert elsewhere.get_json()["online"][0]["reasons"] == ["unlisted_platform"]
    assert refused(verify(door, certificate)) == (409, "online_not_recognised")
    assert fetch(door, SOUND).get_json()["online"][0]["reasons"] == []
    assert verify(door, certificate).status_code == 200


def test_an_inspectors_finding_stands_beside_a_sound_report_until_it_is_taken_back(town: Town) -> None:
    door, _, certificate = finished(town)
    assert fetch(door, SOUND).status_code == 201
    assert find(door, "several_windows").get_json()["online"][0]["reasons"] == ["several_windows"]
    assert fetch(door, SOUND).get_json()["online"][0]["reasons"] == ["several_windows"]
    assert refused(verify(door, certificate)) == (409, "online_not_recognised")
    assert find(door).get_json()["online"][0]["reasons"] == []
    assert verify(door, certificate).status_code == 200


def test_what_cannot_be_found_or_reported_is_refused_whole(town: Town) -> None:
    door = online_door(town)
    assert refused(find(door, "fast_forward")) == (422, "session_unknown")
    town.clock.moment = door.sessions()[ONLINE_SESSION].starts_at
    assert refused(find(door, "fast_forward", session_no=1)) == (422, "session_not_online")
    assert refused(find(door, "fast_forward", session_no=99)) == (422, "session_unknown")
    assert refused(find(door, "no_such_fault")) == (422, "invalid_input")
    wrong = fetch(door, SOUND, SOUND._replace(session_no=1))
    assert (refused(wrong), wrong.get_json()["figures"]) == ((502, "platform_answer_unsound"), {"fault": "session_no"})
    assert told(door)["online"][0]["reasons"] == ["unreported"]
