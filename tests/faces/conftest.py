from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faces.browsing import Visitor
from tests.journey.city import Town, ask_for_names, close_town, open_town
from voucher_service.database.migration import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faces.walking import Walk


@pytest.fixture
def town(fresh_sqlite_town: Town) -> Town:
    ask_for_names(fresh_sqlite_town)
    return fresh_sqlite_town


@pytest.fixture
def visitor(town: Town) -> Visitor:
    return Visitor(town)


@pytest.fixture(scope="session")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """A walk through every page of a town of its own, which nobody changes but by sending its forms."""
    from tests.faces.walking import lived  # noqa: PLC0415 - it knows every test of pages, which few tests need

    folder = tmp_path_factory.mktemp("walk")
    url = f"sqlite:///{folder / 'town.sqlite3'}"
    migrate(url)
    town: Town = open_town(url, folder / "data", classes_each=2)
    yield lived(town)
    close_town(town)
