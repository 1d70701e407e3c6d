"""Classes for tests of supervision: what is inspected and filmed leaves no seat taken, so each is handed out once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journey.town import Door, a_door

if TYPE_CHECKING:
    from tests.journey.city import Town

_handed_out: set[int] = set()


def new_door(town: Town) -> Door:
    """The door of a class that nobody has seen yet."""
    door = a_door(town, but=_handed_out)
    _handed_out.add(door.class_id)
    return door
