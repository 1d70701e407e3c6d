"""The whole service with its city, once for each module: what is refused leaves it as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journey.city import PEOPLE, Town, Worker
from voucher_service.accounts import service as accounts
from voucher_service.database import unit_of_work
from voucher_service.demo.loading import CITY_STAFF
from voucher_service.web.access import (
    HOLDER,
    INSTITUTION_ADMIN,
    INSTITUTION_CLERK,
    INSTITUTION_CLIENT,
    PUBLIC,
    Caller,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cities import TownTemplate


@pytest.fixture(scope="module")
def town(sqlite_town_template: TownTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with sqlite_town_template.copied(tmp_path_factory.mktemp("town")) as town:
        yield town


@pytest.fixture(scope="module")
def tokens(town: Town) -> dict[str, str]:
    """A token for each role; the public has none."""
    held = {role: town.staff_token(login_name) for login_name, role in CITY_STAFF.items()}
    held[INSTITUTION_ADMIN] = town.staff_token("school1-admin")
    held[INSTITUTION_CLERK] = town.staff_token("school1-clerk")
    school = town.city.schools[0]
    system = Caller(INSTITUTION_CLIENT, school.client_id, school.region_id, institution_id=school.institution_id)
    with town.app.app_context(), unit_of_work():
        held[INSTITUTION_CLIENT] = accounts.open_session(system)
    held[HOLDER] = Worker(town, PEOPLE[0], school.region_id).log_in().token
    return {PUBLIC: "", **held}
