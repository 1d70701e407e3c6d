"""Many keys in one question: exactly these rows, and looked up in the index, not in the whole table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, select

from voucher_service.database import keyed

if TYPE_CHECKING:
    from collections.abc import Iterable

SEATS = Table(
    "keyed_seat",
    MetaData(),
    Column("region_id", Integer, primary_key=True, autoincrement=False),
    Column("seat_id", Integer, primary_key=True, autoincrement=False),
)


def found(url: str, keys: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            SEATS.create(connection)
            everyone = [{"region_id": region, "seat_id": seat} for region in (1, 2, 3) for seat in range(5)]
            connection.execute(insert(SEATS), everyone)
            rows = connection.execute(select(SEATS).where(keyed(SEATS.c.region_id, SEATS.c.seat_id, keys)))
            return sorted((region, seat) for region, seat in rows)
    finally:
        engine.dispose()


def test_only_the_rows_of_the_keys_are_found(database_url: str) -> None:
    assert found(database_url, [(1, 2), (2, 4), (1, 0), (1, 2), (9, 9)]) == [(1, 0), (1, 2), (2, 4)]


def test_no_keys_find_no_rows(database_url: str) -> None:
    assert found(database_url, []) == []


def test_sqlite_looks_the_keys_up_and_reads_no_more(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    query = select(SEATS).where(keyed(SEATS.c.region_id, SEATS.c.seat_id, [(1, 2), (2, 4), (2, 5)]))
    with engine.connect() as connection:
        SEATS.create(connection)
        spelt = query.compile(engine, compile_kwargs={"literal_binds": True})
        plan = [step[3] for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {spelt}")]
    engine.dispose()
    assert any("SEARCH keyed_seat" in step for step in plan)
    assert not any(step.startswith("SCAN") for step in plan)
