"""Starting the service: migrate, fill an empty demo, tell where to look, and run the workers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
from granian.constants import Interfaces
from granian.server import Server

from voucher_service.app import create_app
from voucher_service.database import migrate, unit_of_work
from voucher_service.demo import loading
from voucher_service.ledger.sealing import Sealer
from voucher_service.sweeping import Sweeper

if TYPE_CHECKING:
    from flask import Flask

    from voucher_service.settings import Settings


def prepare(settings: Settings) -> None:
    """Migrate the database, draw a signing key if there is none, and load the demo city into an empty database."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrate(settings.database_url)
    app = create_app(settings)
    ring = app.extensions["key_ring"]
    if not ring.directory.keys and settings.is_demo:
        ring.create()
    if settings.is_demo:
        with app.app_context():
            _load_demo(app)


def _load_demo(app: Flask) -> None:
    if not loading.is_empty():
        return
    with unit_of_work():
        loading.load(app.extensions["clock"].now())


def run(settings: Settings) -> None:
    """Serve until stopped; prints the addresses, and in the demo who may log in."""
    address = f"http://{settings.host}:{settings.port}"
    click.echo(f"serving at {address}/   API: {address}/api/openapi.json   health: {address}/readyz")
    if settings.is_demo:
        click.echo(loading.log_in_notice())
    # The workers are new processes: they read the same environment, and the address is settled here.
    os.environ.setdefault("DATA_DIR", str(settings.data_dir))
    Server(
        "voucher_service.server:worker",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        factory=True,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()


def worker() -> Flask:
    """Make one worker's application and let it stand in line for sealing."""
    from voucher_service.settings import Settings  # noqa: PLC0415 - the only run-time use in this module

    app = create_app(Settings.from_environment())
    Sealer(app).start()
    Sweeper(app).start()
    return app
