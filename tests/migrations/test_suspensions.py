"""Who was suspended before suspensions were rows keeps one; whom a finding bars is stopped, and nobody else."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from tests.journey.city import Town, close_town, open_town
from tests.migrations.schemas import contents_of, opened
from voucher_service.calendar import local_date
from voucher_service.database import migrate, unit_of_work
from voucher_service.database.migration import downgrade
from voucher_service.institutions import licensing
from voucher_service.institutions import service as institutions
from voucher_service.institutions.models import Institution
from voucher_service.institutions.suspending import suspend

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BEFORE = "0029_supervision_checks"
SUSPENDED, LISTED, BARRED, FOUND_LONG_AGO = range(4)


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    opened_town = open_town(database_url, tmp_path / "data")
    yield opened_town
    close_town(opened_town)


def stop(town: Town) -> None:
    """Suspend one school, list another, find something at a third, and something old at a fourth."""
    now, (first, second) = town.clock.now(), (town.city.staff[who] for who in ("bureau1", "bureau2"))
    listing = licensing.Listing("示例", "示例", local_date(now))
    with town.app.app_context(), unit_of_work():
        schools = [institutions.get(*school[:2]) for school in town.city.schools]
        suspend(schools[SUSPENDED], first, now)
        asked = licensing.ask_listing(schools[LISTED], listing, first, now)
        licensing.confirm_listing(schools[LISTED], asked.blacklisting_id, second, now)
        licensing.record_finding(schools[BARRED], date(2024, 1, 5), "示例〔2024〕1号", first, now)
        licensing.record_finding(schools[FOUND_LONG_AGO], date(2021, 1, 5), "示例〔2021〕1号", first, now)


def test_suspensions_are_kept_and_findings_that_bar_stop_scans(town: Town, database_url: str) -> None:
    stop(town)
    named = [school.institution_id for school in town.city.schools]
    close_town(town)
    with opened(database_url) as engine:
        downgrade(database_url, BEFORE)
        with engine.begin() as connection:  # As it was before: a finding stopped no scan.
            forgot = update(Institution).where(Institution.institution_id == named[BARRED])
            connection.execute(forgot.values(suspended_at=None))
        migrate(database_url)
        content = contents_of(engine)
    stopped = {row["institution_id"] for row in content["institution"] if row["suspended_at"] is not None}
    assert stopped == {named[SUSPENDED], named[LISTED], named[BARRED]}
    (kept,) = content["institution_suspension"]
    assert (kept["institution_id"], kept["made_by"], kept["lifted_at"]) == (named[SUSPENDED], None, None)
