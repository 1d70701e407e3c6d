"""Bringing a database to the newest schema, without an application around it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def configuration(url: str) -> Config:
    from alembic.config import Config  # noqa: PLC0415 - a tenth of the start-up, for what is done once before it

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = url
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Upgrade the database at `url`; a database that is there already is left as it is."""
    from alembic import command  # noqa: PLC0415 - as above

    command.upgrade(configuration(url), revision)


def downgrade(url: str, revision: str) -> None:
    from alembic import command  # noqa: PLC0415 - as above

    command.downgrade(configuration(url), revision)
