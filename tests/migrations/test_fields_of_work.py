"""Classes from before they had a family get that of their occupation; vouchers from before are bound to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.journey.city import Town, close_town, open_town
from tests.journey.town import claimed
from tests.migrations.schemas import contents_of, opened
from voucher_service.database import migrate
from voucher_service.database.migration import downgrade

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BEFORE = "0035_redemptions_by_class"
ALONE, UNKNOWN = "DM01", "DS04"
"""An occupation that shares no family, and one that has no name any more."""


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    opened_town = open_town(database_url, tmp_path / "data")
    yield opened_town
    close_town(opened_town)


def test_a_class_takes_its_occupations_family_and_otherwise_its_code(town: Town, database_url: str) -> None:
    claimed(town, "other", schooling="other_school")
    close_town(town)
    with opened(database_url) as engine:
        families = {row["occupation_code"]: row["family"] for row in contents_of(engine)["occupation"]}
        planned = {row["occupation_code"]: row["family"] for row in contents_of(engine)["training_class"]}
        assert planned == {code: families[code] for code in planned}
        assert ALONE in planned
        downgrade(database_url, BEFORE)
        with engine.connect() as connection:
            connection.execution_options(writes=True)
            connection.execute(text("UPDATE occupation SET family = '' WHERE occupation_code = :code"), {"code": ALONE})
            connection.execute(text("DELETE FROM occupation WHERE occupation_code = :code"), {"code": UNKNOWN})
            connection.commit()
        migrate(database_url)
        again = {row["occupation_code"]: row["family"] for row in contents_of(engine)["training_class"]}
        bounds = {(row["only_family"], row["not_family"]) for row in contents_of(engine)["voucher"]}
    assert again == planned | {code: code for code in (ALONE, UNKNOWN) if code in planned}
    assert bounds == {(None, None)}
