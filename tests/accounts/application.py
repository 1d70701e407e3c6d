"""The smallest Flask application in which accounts, or accounts and holders, can be tried."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from tests.databases import ENGINES
from voucher_service.accounts import service
from voucher_service.clock import FixedClock
from voucher_service.database import db
from voucher_service.database.engine import engine_options
from voucher_service.settings import Secrets, Settings
from voucher_service.web.access import register_access
from voucher_service.web.api import Api
from voucher_service.web.headers import register_headers
from voucher_service.web.problems import register_problems
from voucher_service.web.strict_json import StrictRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask_smorest import Blueprint

REGIONS = frozenset({411202, 411203})
START = datetime(2023, 6, 1, 2, tzinfo=UTC)


on_each_engine = pytest.mark.parametrize("app", ENGINES, indirect=True)
"""For tests of what the database itself counts, guards or locks; one engine is enough for all others."""


def engine_url(request: pytest.FixtureRequest) -> str:
    """The migrated database that an `app` fixture is to use: SQLite unless the test is `on_each_engine`."""
    return str(request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url"))


@contextmanager
def small_service(url: str, *blueprints: Blueprint, secrets: Secrets | None = None) -> Iterator[Flask]:
    """Yield an application with `blueprints` on a migrated database, closed again afterwards.

    Who brings a database with something in it brings the secrets along with which that was written.
    """
    settings = Settings("demo", url, Path(), secrets or Secrets.drawn())
    app = Flask("voucher_service")
    app.request_class = StrictRequest
    app.config.update(
        SECRET_KEY=settings.secrets.session_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        API_TITLE="small service",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
    )
    db.init_app(app)
    app.extensions.update(settings=settings, clock=FixedClock(START), region_ids=lambda: REGIONS)
    register_headers(app)
    register_access(app, service.authenticate)
    api = Api(app)
    register_problems(app)  # after the library, which would answer HTTP errors in its own shape
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
