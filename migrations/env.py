"""How a migration runs: on the database that `database.migration` names, closed again when it is done."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool

from voucher_service.database.engine import db, engine_options

url = context.config.attributes["url"]
engine = create_engine(url, poolclass=pool.NullPool, connect_args=engine_options(url)["connect_args"])
with engine.connect().execution_options(writes=True) as connection:
    context.configure(
        connection=connection,
        target_metadata=db.metadatas[None],
        render_as_batch=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
