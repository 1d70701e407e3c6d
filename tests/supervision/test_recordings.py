"""The register of recordings through the API: what is taken, what is missing, and what three strikes cost."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from tests.journey import supervising
from tests.journey.city import Town
from tests.journey.town import Door, refused
from tests.races.crowd import race
from tests.supervision.doors import new_door
from tests.supervision.test_inspections import enter, told, verify
from voucher_service.classes import service as classes

SEEN = {"shows_everyone": True, "effective": False, "present": 20}


def hand_in(door: Door, *films: dict[str, Any]) -> Any:
    return supervising.film(door.town, door.hex, door.token(), films)


def films_of(door: Door) -> list[dict[str, Any]]:
    return supervising.films(door.town, door.region_id, door.hex)


def after_the_course(door: Door) -> None:
    door.town.clock.moment = door.sessions()[-1].ends_at + timedelta(hours=1)


def judge(door: Door, recording: str, **changes: Any) -> Any:
    path = f"{supervising.address(door.hex)}/recordings/{recording}/judgements"
    return door.town.post(path, supervising.bureau_token(door.town), {**SEEN, **changes})


def state(door: Door) -> str:
    with door.town.app.app_context():
        return classes.get(door.region_id, door.class_id).state


def test_recordings_are_kept_three_years_and_what_is_missing_is_listed(town: Town) -> None:
    door = new_door(town)
    films = films_of(door)
    assert refused(hand_in(door, films[0])) == (422, "session_unknown")
    after_the_course(door)
    taken = hand_in(door, *films[:2])
    assert taken.status_code == 201, taken.text
    day = door.sessions()[0].starts_at.date()
    assert taken.get_json()["recordings"][0]["kept_until"] == day.replace(year=day.year + 3).isoformat()
    assert told(door)["unrecorded"] == [3, 4, 5, 6, 7, 8]


def test_a_recording_is_of_its_session_and_proves_no_other(town: Town) -> None:
    door, other = new_door(town), new_door(town)
    after_the_course(door)
    first, second = films_of(door)[:2]
    elsewhere = hand_in(door, {**first, "session_no": 2})
    assert refused(elsewhere) == (422, "recording_outside_session")
    assert elsewhere.get_json()["clause"] == "二(三)2"
    backwards = {**first, "starts_at": first["ends_at"], "ends_at": first["starts_at"]}
    assert refused(hand_in(door, second, backwards)) == (422, "recording_outside_session")
    assert refused(hand_in(door, {**first, "session_no": 99})) == (422, "session_unknown")
    assert refused(hand_in(door, {**first, "sha256": "xyz"})) == (422, "invalid_input")
    assert told(door)["recordings"] == []
    assert hand_in(door, first).status_code == 201
    copied = hand_in(door, second, {**second, "sha256": first["sha256"]})
    assert refused(copied) == (409, "recording_used")
    (away, *_) = films_of(other)
    assert refused(hand_in(other, {**away, "sha256": first["sha256"]})) == (409, "recording_used")
    assert len(told(door)["recordings"]) == 1
    assert refused(supervising.film(town, door.hex, other.token(), [second]))[0] in {404, 201}


def test_of_two_that_hand_in_one_film_one_does(town: Town) -> None:
    door = new_door(town)
    after_the_course(door)
    film = films_of(door)[0]
    token = door.token()
    outcome = race([partial(supervising.film, town, door.hex, token, [film])] * 2)
    assert outcome.answers == {(201, None): 1, (409, "recording_used"): 1}


def test_short_recordings_are_told_and_do_not_bar(town: Town) -> None:
    door = new_door(town)
    after_the_course(door)
    films = films_of(door)
    theory, practical = films[0], films[3]
    begun = datetime.fromisoformat(practical["starts_at"])
    theory["starts_at"] = (datetime.fromisoformat(theory["starts_at"]) + timedelta(minutes=7)).isoformat()
    practical["ends_at"] = (begun + timedelta(minutes=45 + 14)).isoformat()
    assert hand_in(door, theory, practical).status_code == 201
    assert told(door)["shortfalls"] == [
        {"session_no": 1, "kind": "theory", "missing": 7},
        {"session_no": 4, "kind": "practical", "missing": 7},
    ]
    more = {**practical, "sha256": "1" * 64, "ends_at": (begun + timedelta(minutes=45 + 15)).isoformat()}
    assert hand_in(door, more).status_code == 201
    assert told(door)["shortfalls"][1]["missing"] == 6


def test_a_session_without_a_recording_bars_the_value(town: Town) -> None:
    door = new_door(town)
    (trainee,) = door.complete(filmed=False)
    door.examine([trainee])
    certificate = enter(door, trainee)
    films = films_of(door)
    assert hand_in(door, *films[:-1]).status_code == 201
    missing = verify(door, certificate)
    assert (refused(missing), missing.get_json()["clause"]) == ((409, "recordings_missing"), "二(三)2")
    assert missing.get_json()["figures"] == {"sessions": 1, "first": 8}
    assert hand_in(door, films[-1]).status_code == 201
    assert verify(door, certificate).status_code == 200


def rulings(door: Door) -> list[dict[str, Any]]:
    """What waits for a second person about this class."""
    waiting = door.town.get("/api/v1/class-rulings", supervising.bureau_token(door.town, "bureau1")).get_json()
    return [found for found in waiting["rulings"] if found["class_id"] == door.hex]


def test_the_third_recording_that_misses_someone_costs_the_class_its_subsidy(town: Town) -> None:
    door = new_door(town)
    first, second = door.complete(2)
    door.examine([first, second])
    certificate = enter(door, first)
    rows = [found["row"]["recording"] for found in told(door)["recordings"]]
    for recording in rows[:2]:
        assert judge(door, recording, shows_everyone=False).status_code == 201
    assert refused(judge(door, rows[1], shows_everyone=True)) == (422, "judgement_reason_missing")
    assert judge(door, rows[1], shows_everyone=True, note="放大后都在").get_json()["revision"] == 2
    assert judge(door, rows[2], shows_everyone=False).status_code == 201
    assert (told(door)["incomplete"], state(door)) == (2, "examined")
    assert judge(door, rows[1], shows_everyone=False, note="确有一人缺席").status_code == 201
    lost = verify(door, certificate)
    assert (refused(lost), lost.get_json()["clause"]) == ((409, "class_lost_subsidy"), "二(三)2")
    assert lost.get_json()["figures"] == {"incomplete": 3, "strikes": 3}
    assert judge(door, rows[3], shows_everyone=False).status_code == 201
    (asked,) = rulings(door)
    path = f"/api/v1/class-rulings/{asked['ruling']}/decision"
    alone = town.post(path, supervising.bureau_token(town), {"confirmed": True})
    assert alone.status_code in {403, 409}
    confirmed = town.post(path, supervising.bureau_token(town, "bureau1"), {"confirmed": True})
    assert (confirmed.status_code, state(door)) == (200, "disqualified")


def test_a_corrected_judgement_takes_the_strike_back(town: Town) -> None:
    door = new_door(town)
    (trainee,) = door.complete()
    rows = [found["row"]["recording"] for found in told(door)["recordings"]]
    for recording in rows[:3]:
        assert judge(door, recording, shows_everyone=False).status_code == 201
    stopped = door.file_exam()
    assert (refused(stopped), stopped.get_json()["figures"]["incomplete"]) == ((409, "class_lost_subsidy"), 3)
    assert judge(door, rows[0], shows_everyone=True, note="放大后都在").status_code == 201
    door.examine([trainee])
    assert verify(door, enter(door, trainee)).status_code == 200


def test_only_the_bureau_judges_and_only_recordings_of_the_class(town: Town) -> None:
    door, other = new_door(town), new_door(town)
    after_the_course(door)
    recording = hand_in(door, films_of(door)[0]).get_json()["recordings"][0]["recording"]
    path = f"{supervising.address(door.hex)}/recordings/{recording}/judgements"
    assert refused(door.post(path, SEEN)) == (403, "forbidden")
    assert refused(judge(other, recording)) == (404, "not_found")
    assert judge(door, recording).status_code == 201
