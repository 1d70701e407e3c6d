"""Ticking and closing a class asks the database as often for sixteen as for four, whatever becomes of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.journey.town import a_door, assert_sound, row
from tests.risk.lines import stop
from tests.statements import counted

if TYPE_CHECKING:
    from tests.journey.city import Town
    from tests.journey.town import Door


def closed(door: Door, fold: int) -> list[str]:
    """Close a class in which of each fold two complete, one forfeits and one is held; return what was sent for it."""
    seated = door.seated
    held, absent, present = seated[:fold], seated[fold : 2 * fold], seated[2 * fold :]
    door.teach([trainee.redemption for trainee in [*held, *present]])
    for trainee in held:
        assert stop(trainee.worker).status_code == 201
    with counted(door.town) as sent:
        assert door.close().get_json() == {"completed": 2 * fold, "forfeited": fold}
    for people, state in ((held, "redeemed"), (absent, "forfeited"), (present, "completed")):
        assert {row(door.town, trainee.worker).state for trainee in people} == {state}
    return sent


def test_the_close_of_sixteen_takes_as_many_statements_as_that_of_four(fresh_town: Town) -> None:
    doors = [a_door(fresh_town, number) for number in (0, 1)]
    for door, people in zip(doors, (4, 16), strict=True):
        door.seat(people)
    few, many = (closed(door, fold) for door, fold in zip(doors, (1, 4), strict=True))
    assert len(many) == len(few), "\n".join(many)
    assert_sound(fresh_town)


def ticked(door: Door) -> list[str]:
    """Tick everybody at the first session; return what was sent for it."""
    door.town.clock.moment = door.sessions()[0].starts_at + timedelta(minutes=5)
    token, body = door.token(), {"session_no": 1, "present": [trainee.redemption for trainee in door.seated]}
    with counted(door.town) as sent:
        answer = door.town.post(f"/api/v1/attendance/{door.hex}/records", token, body)
    assert answer.get_json() == {"recorded": len(door.seated)}
    return sent


def test_the_ticks_of_sixteen_take_as_many_statements_as_those_of_four(fresh_town: Town) -> None:
    doors = [a_door(fresh_town, number) for number in (0, 1)]
    for door, people in zip(doors, (4, 16), strict=True):
        door.seat(people)
    few, many = (ticked(door) for door in doors)
    assert len(many) == len(few), "\n".join(many)
