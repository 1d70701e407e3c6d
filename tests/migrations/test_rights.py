"""The role that production runs as has exactly the rights that tests/architecture/rights.py intends for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from tests.architecture.rights import ONLY_GROWS, READ, RIGHTS
from tests.postgresql import APPLICATION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


WITHOUT_REGION = {"head": "head_no", "working_year": "revision", "staff_person": "person_id"}
"""A number of a table that is the city's, and has no region."""


def connected(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def superuser(superuser_url: str) -> Iterator[Engine]:
    yield from connected(superuser_url)


@pytest.fixture
def application(application_url: str) -> Iterator[Engine]:
    yield from connected(application_url)


def granted(engine: Engine) -> dict[str, frozenset[str]]:
    """What the role may do to each table, also where a column or PUBLIC lets it."""
    asked = ", ".join(
        f"has_table_privilege('{APPLICATION}', tablename, '{name}')"
        + (
            f" OR has_any_column_privilege('{APPLICATION}', tablename, '{name}')"
            if name in "SELECT INSERT UPDATE"
            else ""
        )
        for name in PRIVILEGES
    )
    with engine.connect() as connection:
        rows = connection.execute(text(f"SELECT tablename, {asked} FROM pg_tables WHERE schemaname = 'public'")).all()
    return {row[0]: frozenset(name for name, has in zip(PRIVILEGES, row[1:], strict=True) if has) for row in rows}


def differences(found: dict[str, frozenset[str]], intended: dict[str, frozenset[str]]) -> list[str]:
    """Return a sentence for each table whose rights are not the intended ones."""
    lines = []
    for table in sorted(found.keys() | intended.keys()):
        if table not in intended:
            lines.append(f"{table}: say in tests/architecture/rights.py what {APPLICATION} may do to it")
        elif table not in found:
            lines.append(f"{table}: there is no such table")
        elif found[table] != intended[table]:
            lines.append(f"{table}: has {sorted(found[table])}, intended {sorted(intended[table])}")
    return lines


def test_the_role_has_exactly_the_intended_rights(superuser: Engine) -> None:
    assert differences(granted(superuser), RIGHTS) == []


def test_a_difference_in_any_direction_is_found() -> None:
    assert differences({"new": READ}, {}) != []
    assert differences({}, {"gone": READ}) != []
    assert differences({"head": READ | {"TRUNCATE"}}, {"head": READ}) != []
    assert differences({"head": frozenset()}, {"head": READ}) != []


def test_a_right_on_one_column_counts(superuser: Engine) -> None:
    with superuser.begin() as connection:
        connection.execute(text(f"GRANT UPDATE (amount_fen) ON voucher_fact TO {APPLICATION}"))
    assert "UPDATE" in granted(superuser)["voucher_fact"]


def test_the_role_owns_nothing_and_is_nobody_special(superuser: Engine) -> None:
    with superuser.connect() as connection:
        owned = connection.scalar(text(f"SELECT count(*) FROM pg_class WHERE relowner = '{APPLICATION}'::regrole"))
        special = connection.execute(
            text(
                "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles "
                "WHERE rolname = :r"
            ),
            {"r": APPLICATION},
        ).one()
        creates = connection.scalar(text(f"SELECT has_schema_privilege('{APPLICATION}', 'public', 'CREATE')"))
    assert (owned, any(special), creates) == (0, False, False)


@pytest.mark.parametrize("table", sorted(table for table, rights in RIGHTS.items() if rights == ONLY_GROWS))
def test_a_table_that_only_grows_refuses_even_its_owner(superuser: Engine, table: str) -> None:
    """The grants bind the service, the triggers everyone who has not switched them off."""
    for act in (f"UPDATE {table} SET region_id = 1", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        statement = act.replace("region_id", WITHOUT_REGION.get(table, "region_id"))
        with pytest.raises(Exception, match="only grows"), superuser.begin() as connection:
            connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM voucher",
        "TRUNCATE voucher",
        "DELETE FROM redemption",
        "UPDATE alembic_version SET version_num = ''",
        "ALTER TABLE voucher_fact DISABLE TRIGGER USER",
        "DROP TABLE voucher_fact CASCADE",
        "INSERT INTO state_rule (kind, from_state, to_state, number, money) VALUES ('a', 'b', 'c', 1, 'none')",
        "CREATE TABLE own (number int)",
        "SET session_replication_role = replica",
    ],
)
def test_the_service_cannot_do_what_it_never_has_to(application: Engine, statement: str) -> None:
    with pytest.raises(ProgrammingError), application.begin() as connection:
        connection.execute(text(statement))
