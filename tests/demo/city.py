"""The demonstration's city in a small service, for tests that need institutions, programmes and people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.accounts.application import small_service
from voucher_service.accounts import service as accounts
from voucher_service.classes import routes as classes_routes
from voucher_service.database import unit_of_work
from voucher_service.demo.loading import City
from voucher_service.institutions import register_routes
from voucher_service.institutions import routes as institutions_routes
from voucher_service.programmes import pack_routes
from voucher_service.programmes import routes as programmes_routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.cities import SmallCity
    from voucher_service.web.access import Caller

BLUEPRINTS = (
    institutions_routes.blueprint,
    register_routes.blueprint,
    programmes_routes.blueprint,
    pack_routes.blueprint,
    classes_routes.blueprint,
)


@pytest.fixture(scope="module")
def loaded(small_city: SmallCity, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, City]]:
    """A service and its city, once a module; on 1 June 2023 every school has one class open for enrolment."""
    with (
        small_city.copies(tmp_path_factory.mktemp("city")) as url,
        small_service(url, *BLUEPRINTS, secrets=small_city.secrets) as app,
    ):
        yield app, small_city.city


@pytest.fixture
def city(loaded: tuple[Flask, City]) -> Iterator[City]:
    """The city, inside its service's application context."""
    app, city = loaded
    with app.app_context():
        yield city


@pytest.fixture
def served_city(loaded: tuple[Flask, City]) -> City:
    """The city for tests over HTTP, where each request brings a context of its own."""
    return loaded[1]


@pytest.fixture
def app(loaded: tuple[Flask, City]) -> Flask:
    return loaded[0]


def bearer(app: Flask, who: Caller) -> dict[str, str]:
    """Return the headers with which requests are made by `who`."""
    with app.app_context(), unit_of_work():
        return {"Authorization": f"Bearer {accounts.open_session(who)}"}
