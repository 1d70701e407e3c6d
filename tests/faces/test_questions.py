"""What the pages of a class that is over ask of the database: each thing once, and no more for a full class."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from tests.faces.browsing import Visitor
from tests.journey.city import START
from tests.journey.town import Door, a_door
from voucher_service.classes import service as classes
from voucher_service.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journey.city import Town

MOST = {
    "/institution": {"": 19, "/supervision": 9, "/exam": 11, "/sign-ins": 10, "/roster": 5, "/findings": 21},
    "/bureau": {"": 18, "/supervision": 11, "/sign-ins": 11, "/findings": 21, "/inspection": 4},
}
"""The pages of a class and how many statements each may send, the one that begins to read among them."""

Sent = list[tuple[str, str]]


@contextmanager
def listened_to(town: Town) -> Iterator[Sent]:
    """Yield what is sent to the town's database, each statement with its parameters."""
    sent: Sent = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, repr(parameters)))

    with town.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def sent_by_pages(door: Door) -> dict[str, Sent]:
    """Open each page of the class once to get to know it, and return what its second showing sends."""
    visitors = {face: Visitor(door.town) for face in MOST}
    visitors["/institution"].http.set_cookie("voucher_session", door.token())
    visitors["/bureau"].log_in_as_staff("bureau-clerk")
    told = {}
    for face, pages in MOST.items():
        for page in pages:
            address = f"{face}/classes/{door.hex}{page}"
            assert visitors[face].open(address).status_code == 200, address
            with listened_to(door.town) as sent:
                visitors[face].open(address)
            told[face + page] = sent
    return told


@pytest.fixture
def door(town: Town) -> Door:
    return a_door(town)


def test_a_class_that_is_over_is_read_once_however_many_were_in_it(door: Door) -> None:
    door.complete(1, absent=1)
    of_few = sent_by_pages(door)
    other = a_door(door.town)
    door.town.clock.moment = START
    other.complete(5, absent=2)
    of_many = sent_by_pages(other)
    for face, pages in MOST.items():
        for page, most in pages.items():
            for sent in (of_few[face + page], of_many[face + page]):
                assert [twice for twice, times in Counter(sent).items() if times > 1] == [], face + page
                assert len(sent) <= most, face + page


def test_something_asked_twice_would_be_seen(door: Door) -> None:
    with listened_to(door.town) as sent, door.town.app.app_context():
        for _ in range(2):
            classes.sessions.__wrapped__(classes.get(door.region_id, door.class_id))  # type: ignore[attr-defined]
    assert max(Counter(sent).values()) > 1
