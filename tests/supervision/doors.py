"""Classes for tests of supervision: what is inspected and filmed leaves no seat taken, so each is handed out once."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.journey.town import Door, a_door

if TYPE_CHECKING:
    from tests.journey.city import Town

_handed_out: defaultdict[int, set[int]] = defaultdict(set)
"""The classes of each town that a test has had."""


def new_door(town: Town) -> Door:
    """The door of a class that nobody has seen yet."""
    had = _handed_out[id(town.app)]
    door = a_door(town, but=had)
    had.add(door.class_id)
    return door
