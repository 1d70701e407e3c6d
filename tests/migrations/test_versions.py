"""The migrations stand in one line, go up and down with data in the tables, and end where the models are."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.architecture.floors import HEIGHTS
from tests.journey.city import PEOPLE, Town, Worker, close_town, open_town
from tests.migrations.schemas import contents_of, differences, guards_of, make_models, opened, schema_of
from voucher_service.database import db, migrate
from voucher_service.database.migration import FOLDER, configuration, downgrade
from voucher_service.ledger.sealing import seal_once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgresql import Server

SCRIPTS = ScriptDirectory.from_config(configuration("sqlite://"))
VERSIONS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]
"""Oldest first."""

GUARDS = "0012_ledger_guards"
"""From here on there is a law of moves, and the facts that refer to it keep it from going down."""

NAME = re.compile(rf"(?P<number>[0-9]{{4}})_(?:{'|'.join(HEIGHTS)})_(?P<change>[a-z]+(?:_[a-z]+)*)")


def misnamed(names: list[str]) -> list[str]:
    """Names that are not NNNN_<stage>_<change>, NNNN being the place in the line."""
    return [
        name
        for place, name in enumerate(names, start=1)
        if not (found := NAME.fullmatch(name)) or int(found["number"]) != place
    ]


@pytest.fixture
def other_url(database_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A second, empty database on the engine of `database_url`."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'other.sqlite3'}"
        return
    server: Server = request.getfixturevalue("postgresql_server")
    with server.fresh_database() as name:
        yield server.url(name)


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    opened_town = open_town(database_url, tmp_path / "data")
    yield opened_town
    close_town(opened_town)


def test_there_is_one_line_with_one_head() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    assert len(SCRIPTS.get_bases()) == 1
    assert len(VERSIONS) == len(list((FOLDER / "versions").glob("*.py")))


def test_a_migration_is_named_after_its_place_its_stage_and_its_change() -> None:
    assert misnamed(VERSIONS) == []
    assert {script.revision for script in SCRIPTS.walk_revisions()} == {
        path.stem for path in (FOLDER / "versions").glob("*.py")
    }


@pytest.mark.parametrize("name", ["1_web_keys", "0002_web_keys", "0001_attic_keys", "0001_web", "0001_web_Keys", "abc"])
def test_a_bad_name_is_found(name: str) -> None:
    assert misnamed([name]) == [name]


def test_the_migrated_schema_is_that_of_the_models(database_url: str, other_url: str) -> None:
    make_models(other_url)
    with opened(database_url) as migrated, opened(other_url) as modelled:
        assert list(differences(schema_of(migrated), schema_of(modelled))) == []
        assert len(schema_of(migrated)) > 20
        with migrated.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, db.metadatas[None]) == []


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE voucher ADD COLUMN note TEXT",
        "DROP INDEX uq_redemption_live",
        "CREATE INDEX ix_new ON voucher (state)",
        "CREATE TABLE left_behind (number INTEGER)",
    ],
)
def test_a_schema_that_is_another_is_found(sqlite_url: str, tmp_path: Path, change: str) -> None:
    other_url = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    make_models(other_url)
    with opened(sqlite_url) as migrated, opened(other_url) as modelled:
        with migrated.connect() as connection:
            connection.execution_options(writes=True).execute(text(change))
            connection.commit()
        assert list(differences(schema_of(migrated), schema_of(modelled))) != []


def test_every_table_is_strict_on_sqlite(sqlite_url: str) -> None:
    with opened(sqlite_url) as engine:
        lax = [table for table, promises in schema_of(engine).items() if promises["strict"] != 1]
    assert lax == []


def test_each_version_goes_up_and_down_and_up_to_the_same_schema(empty_database_url: str) -> None:
    with opened(empty_database_url) as engine:
        for version in VERSIONS:
            migrate(empty_database_url, version)
            schema, guards = schema_of(engine), guards_of(engine)
            downgrade(empty_database_url, "-1")
            migrate(empty_database_url, version)
            assert list(differences(schema_of(engine), schema)) == []
            assert guards_of(engine) == guards, version
        downgrade(empty_database_url, "base")
        assert schema_of(engine) == {}
        assert guards_of(engine) == [] or all(row[0] == "alembic_version" for row in guards_of(engine))


def walk_down_and_up(url: str, lowest: str) -> None:
    """Go down to `lowest` and up again, a version at a time; what is in a table that stays, stays as it was."""
    head = VERSIONS[-1]
    with opened(url) as engine:
        before = contents_of(engine)
        for version in reversed(VERSIONS[VERSIONS.index(lowest) if lowest != "base" else 0 :]):
            if version == lowest:
                break
            above = contents_of(engine)
            downgrade(url, "-1")
            assert_kept(contents_of(engine), above, version)
        kept = contents_of(engine)
        if lowest == "base":
            downgrade(url, "base")
        migrate(url, head)
        after = contents_of(engine)
        staying = {table: without_derived(table, rows) for table, rows in before.items() if table in kept}
        assert_kept(after, staying, "on the way up")


DERIVED = {
    "holder": {"phone_index", "phone_number"},
    "code_session": {"log_in_id"},
    "training_class": {"family"},
}
"""Columns that a version gives up when it goes, and that come back empty: only the service's keys could fill them.

A holder's next log-in takes their phone up again, unless others share it; which log-in opened a code is known of new
codes only. A class has its family from the occupations, whose own went with an earlier version.
"""


def without_derived(table: str, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    names = DERIVED.get(table, set())
    return [{name: value for name, value in row.items() if name not in names} for row in rows]


def assert_kept(
    now: dict[str, list[dict[str, object]]], before: dict[str, list[dict[str, object]]], where: str
) -> None:
    """Compare the tables that are in both, by the columns that are in both."""
    for table in now.keys() & before.keys() - {"state_rule"}:
        assert len(now[table]) == len(before[table]), (where, table)
        if now[table]:
            shared = now[table][0].keys() & before[table][0].keys()
            assert shared, (where, table)
            assert _only(now[table], shared) == _only(before[table], shared), (where, table)


def _only(rows: list[dict[str, object]], names: object) -> list[str]:
    return sorted(repr(sorted((name, row[name]) for name in row if name in names)) for row in rows)  # type: ignore[operator]


def live(town: Town) -> None:
    """Let something happen: a voucher is claimed, its code opened, and what happened is sealed."""
    worker = Worker(town, PEOPLE[0], town.city.schools[0].region_id).log_in()
    assert worker.claim().status_code == 201
    worker.open_code()
    with town.app.app_context():
        assert seal_once(town.clock.now()) == 1


def test_a_city_with_vouchers_survives_down_to_the_guards_and_up(town: Town, database_url: str) -> None:
    live(town)
    close_town(town)
    with opened(database_url) as engine:
        filled = {table for table, rows in contents_of(engine).items() if rows}
    assert {"voucher", "voucher_fact", "head", "rollup", "holder", "code_session", "idempotency"} <= filled
    walk_down_and_up(database_url, GUARDS)


def test_a_ledger_with_facts_does_not_go_below_its_law_and_loses_nothing(town: Town, database_url: str) -> None:
    live(town)
    close_town(town)
    downgrade(database_url, GUARDS)
    with opened(database_url) as engine:
        before, guards = contents_of(engine), guards_of(engine)
        with pytest.raises(DBAPIError):
            downgrade(database_url, "-1")
        assert contents_of(engine) == before
        assert guards_of(engine) == guards


def test_a_city_without_vouchers_goes_down_table_by_table(town: Town, database_url: str) -> None:
    close_town(town)
    with opened(database_url) as engine:
        for version in reversed(VERSIONS):
            above = contents_of(engine)
            downgrade(database_url, "-1")
            assert_kept(contents_of(engine), above, version)
            lost = above.keys() - contents_of(engine).keys()
            assert len(lost) < len(above) or version == VERSIONS[0]
        assert schema_of(engine) == {}
    migrate(database_url)


def test_a_change_of_a_row_on_the_way_would_be_found() -> None:
    kept = {"voucher": [{"voucher_id": 1, "state": "claimed"}]}
    with pytest.raises(AssertionError):
        assert_kept({"voucher": [{"voucher_id": 1, "state": "expired"}]}, kept, "here")
    with pytest.raises(AssertionError):
        assert_kept({"voucher": []}, kept, "here")
    assert_kept({"voucher": [{"voucher_id": 1, "note": None}]}, kept, "here")


def test_a_database_that_is_up_to_date_is_left_as_it_is(sqlite_url: str, tmp_path: Path) -> None:
    path = sqlite_url.removeprefix("sqlite:///")
    copy = shutil.copyfile(path, tmp_path / "before.sqlite3")
    migrate(sqlite_url)
    with opened(sqlite_url) as engine, opened(f"sqlite:///{copy}") as before:
        assert schema_of(engine) == schema_of(before)
