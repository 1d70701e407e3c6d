"""Cities for tests: the demonstration's city is loaded once for each engine and copied for each test.

`fresh_town` is a whole service on a copy of its own, on both engines; `fresh_sqlite_town` likewise on one. What a
module's tests share is in `tests/journey/town.py`.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pytest
from jinja2 import BytecodeCache

from tests.databases import ENGINES, DatabaseCopies, postgresql_copies, sqlite_copies, whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import CodeType

    from jinja2.bccache import Bucket

    from tests.journey.city import Town
    from tests.postgresql import Server
    from voucher_service.demo.loading import City
    from voucher_service.settings import Secrets

# Whoever tests one rule does not wait for the whole service to be imported: that is left to the fixtures.


class CompiledPages(BytecodeCache):
    """Templates as this process compiled them first: each town has a service of its own, which would do so again."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self._compiled[bucket.key, bucket.checksum] = bucket.code


COMPILED_PAGES = CompiledPages()


class TownTemplate(NamedTuple):
    """A town that was opened once, and how its database is copied."""

    town: Town
    copies: DatabaseCopies

    @contextmanager
    def copied(self, folder: Path) -> Iterator[Town]:
        """Yield the town as it was, with a service, a clock, a database and keys of its own."""
        from tests.journey.city import START, Town, close_town  # noqa: PLC0415 - see above
        from voucher_service.app import create_app  # noqa: PLC0415 - likewise
        from voucher_service.clock import FixedClock  # noqa: PLC0415 - likewise

        original = self.town.app.extensions["settings"]
        with self.copies(folder) as url:
            settings = replace(original, database_url=url, data_dir=folder / "data")
            shutil.copytree(original.data_dir, settings.data_dir)
            clock = FixedClock(START)
            app = create_app(settings, clock)
            app.jinja_env.bytecode_cache = COMPILED_PAGES
            town = Town(app, clock, self.town.city)
            try:
                yield town
            finally:
                close_town(town)


@pytest.fixture(params=ENGINES)
def fresh_town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """A whole service with its city; the test runs once on each engine."""
    template: TownTemplate = request.getfixturevalue(f"{request.param}_town_template")
    with template.copied(tmp_path) as town:
        yield town


@pytest.fixture
def fresh_sqlite_town(sqlite_town_template: TownTemplate, tmp_path: Path) -> Iterator[Town]:
    with sqlite_town_template.copied(tmp_path) as town:
        yield town


@pytest.fixture(scope="session")
def sqlite_town_template(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> TownTemplate:
    folder = tmp_path_factory.mktemp("town")
    path = folder / "city.sqlite3"
    shutil.copyfile(migrated_sqlite, path)
    town = _opened_and_closed(f"sqlite:///{path}", folder / "data")
    return TownTemplate(town, sqlite_copies(whole(path)))


@pytest.fixture(scope="session")
def postgresql_town_template(
    postgresql_server: Server, migrated_postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TownTemplate]:
    with postgresql_server.fresh_database(migrated_postgresql) as name:
        town = _opened_and_closed(postgresql_server.url(name), tmp_path_factory.mktemp("town") / "data")
        yield TownTemplate(town, postgresql_copies(postgresql_server, name))


class SmallCity(NamedTuple):
    """A SQLite database that the city was loaded into in June 2023, and what belongs to it."""

    copies: DatabaseCopies
    secrets: Secrets
    city: City


@pytest.fixture(scope="session")
def small_city(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> SmallCity:
    """The city without the whole service around it; `tests/demo/city.py` serves copies."""
    from tests.accounts.application import START, small_service  # noqa: PLC0415 - see above
    from voucher_service.database import unit_of_work  # noqa: PLC0415 - likewise
    from voucher_service.demo.loading import load  # noqa: PLC0415 - likewise

    path = tmp_path_factory.mktemp("city") / "city.sqlite3"
    shutil.copyfile(migrated_sqlite, path)
    with small_service(f"sqlite:///{path}") as app, app.app_context():
        with unit_of_work():
            # As in tests/journey/city.py: most tests name no teachers.
            city = load(START, named_staff_required=False)
        secrets = app.extensions["settings"].secrets
    return SmallCity(sqlite_copies(whole(path)), secrets, city)


def _opened_and_closed(url: str, folder: Path) -> Town:
    from tests.journey.city import close_town, open_town  # noqa: PLC0415 - see above

    town = open_town(url, folder)
    close_town(town)
    return town
