"""A service with nothing but accounts in it, on a database of its own, at a moment that stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.accounts.application import small_service
from voucher_service.accounts import routes, service
from voucher_service.database import unit_of_work
from voucher_service.web.access import BUREAU_CLERK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

PASSWORD = "correct horse battery"


@pytest.fixture
def app(sqlite_url: str) -> Iterator[Flask]:
    with small_service(sqlite_url, routes.blueprint) as app:
        yield app


@pytest.fixture
def clerk(app: Flask) -> service.NewStaff:
    with app.app_context(), unit_of_work():
        return service.create_staff("clerk", PASSWORD, BUREAU_CLERK, 411202, person_id=77)
