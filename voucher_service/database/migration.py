"""Bringing a database to the newest schema, without an application around it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import NullPool, create_engine, make_url

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


class SchemaOutOfStep(Exception):
    """The database has a schema that this program does not work on; the message says what mends it."""


def configuration(url: str) -> Config:
    from alembic.config import Config  # noqa: PLC0415 - a tenth of the start-up, for what is done once before it

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = url
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Upgrade the database at `url`; a database that is there already is left as it is.

    Raises SchemaOutOfStep for one that a newer program has migrated.
    """
    from alembic import command  # noqa: PLC0415 - as above

    scripts, found = _scripts(url), revision_of(url)
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise SchemaOutOfStep(
            f"the database was migrated by a newer program, to {found}: this one knows {scripts.get_current_head()}"
        )
    command.upgrade(configuration(url), revision)


def require_newest(url: str) -> None:
    """Raise SchemaOutOfStep unless the database has the newest schema that this program knows."""
    found, newest = revision_of(url), _scripts(url).get_current_head()
    if found != newest:
        raise SchemaOutOfStep(
            f"the database's schema is {found or 'empty'} and this program works on {newest}: "
            "bring it there with `voucher-service migrate`"
        )


def revision_of(url: str) -> str | None:
    """Return the revision that the database stands at, None for an empty one; nothing is created."""
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 - as above

    if url.startswith("sqlite:") and not _is_there(url):
        return None
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _is_there(url: str) -> bool:
    """Whether a SQLite file exists, which looking into would make."""
    path = make_url(url).database
    return path is not None and Path(path).exists()


def _scripts(url: str) -> ScriptDirectory:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    return ScriptDirectory.from_config(configuration(url))


def downgrade(url: str, revision: str) -> None:
    from alembic import command  # noqa: PLC0415 - as above

    command.downgrade(configuration(url), revision)
