"""Towns by the dozen: one is built for each engine, then copied for every example, with everyone already logged in."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from sqlalchemy import update

from tests.cities import TownTemplate
from tests.databases import DatabaseCopies
from tests.journey.city import PEOPLE, Town, Worker, close_town, open_town
from tests.statemachine.model import City
from tests.statemachine.things import Course
from voucher_service.classes import service as classes
from voucher_service.database import db, unit_of_work
from voucher_service.demo import loading
from voucher_service.identifiers import to_hex
from voucher_service.programmes.models import Allotment, Programme

SEATS = 2
QUOTA = 4
HERE, ELSEWHERE = 411281, 411221
HOMES = [HERE, HERE, HERE, ELSEWHERE]


@dataclass
class Example:
    """A town of its own, the model of it, and what belongs to which name in the model."""

    town: Town
    city: City
    workers: list[Worker]
    courses: dict[str, Course]
    class_ids: dict[str, str]
    schools: dict[str, int]
    levels: dict[str, tuple[str, str, str]]


class Site:
    """A built town of which examples are copies."""

    def __init__(self, url: str, copies: DatabaseCopies) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="site-"))
        with mock.patch.object(loading, "CAPACITY", SEATS):
            town = open_town(url, self._folder / "data", classes_each=2)
        with town.app.app_context(), unit_of_work() as session:
            session.execute(update(Allotment).values(quota=QUOTA))
        self._tokens = [
            Worker(town, PEOPLE[40 + number], region_id).log_in().token for number, region_id in enumerate(HOMES)
        ]
        close_town(town)
        self._template = TownTemplate(town, copies)

    def close(self) -> None:
        shutil.rmtree(self._folder)

    @contextmanager
    def example(self) -> Iterator[Example]:
        """Yield an untouched copy of the town."""
        folder = Path(tempfile.mkdtemp(prefix="example-", dir=self._folder))
        with self._template.copied(folder) as town:
            yield self._described(town)
        shutil.rmtree(folder)

    def _described(self, town: Town) -> Example:
        workers = [
            Worker(town, PEOPLE[40 + number], region_id, token)
            for number, (region_id, token) in enumerate(zip(HOMES, self._tokens, strict=True))
        ]
        courses, class_ids, levels = {}, {}, {}
        with town.app.app_context():
            for name, school, class_id in _classes_of(town):
                found = classes.get(HERE, class_id)
                held = [(meeting.starts_at, meeting.ends_at) for meeting in classes.sessions(found)]
                courses[name] = Course(
                    name, HERE, school, found.capacity, found.standard_fen, found.enrols_until, found.ends_on, held
                )
                class_ids[name] = to_hex(class_id)
                levels[name] = (found.occupation_code, found.level, found.certificate_type)
            closes_on = db.session.get_one(Programme, town.city.programme_id).closes_on
        city = City(town.clock.now(), closes_on, {HERE: QUOTA, ELSEWHERE: QUOTA}, HOMES, list(courses.values()))
        schools = {"school1": HERE, "school2": HERE}
        return Example(town, city, workers, courses, class_ids, schools, levels)


def _classes_of(town: Town) -> Iterator[tuple[str, str, int]]:
    """Two classes of the first school and one of its neighbour; schools plan theirs one after another."""
    here = [class_id for region_id, class_id in town.city.classes if region_id == HERE]
    yield "A", "school1", here[0]
    yield "B", "school1", here[1]
    yield "C", "school2", here[2]
