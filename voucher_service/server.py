"""Starting the service: migrate, fill an empty demo, tell where to look, and run the workers."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import socket
import threading
from typing import TYPE_CHECKING

import click
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server
from sqlalchemy import make_url, select
from sqlalchemy.exc import DatabaseError

from voucher_service.accounts import held_secrets
from voucher_service.app import create_app
from voucher_service.database import SchemaOutOfStep, db, migrate, unit_of_work
from voucher_service.demo import loading
from voucher_service.ledger.heads import ledger_key
from voucher_service.ledger.models import Head
from voucher_service.ledger.sealing import Sealer
from voucher_service.settings import PORT_MAX, Settings, UnsafeSettings
from voucher_service.sheets.working import SheetWorker
from voucher_service.signing.errors import SigningKeyMissing
from voucher_service.sweeping import Sweeper

if TYPE_CHECKING:
    from flask import Flask

    from voucher_service.signing.key_ring import KeyRing


def prepare(settings: Settings) -> None:
    """Migrate the database, draw a signing key if there is none, and load the demo city into an empty database.

    Raises UnsafeSettings, with what mends it, for an address in use, a database that does not answer, and keys that are
    missing or damaged: a service that cannot sign, or would sign its ledger with another key, does not start.
    """
    _require_free(settings)
    _migrate(settings)
    app = create_app(settings)
    _require_signing_key(app.extensions["key_ring"], settings)
    with app.app_context():
        _require_fitting_secrets()
        _require_ledger_key(settings)
        _require_own_log_ins(settings)
        if settings.is_demo:
            _load_demo(app)


def _require_free(settings: Settings) -> None:
    """Ask for the address as the server will, because the server itself says it with a stack of its own."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(found[0]) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(found[4])
    except OSError as error:
        raise UnsafeSettings(
            f"cannot listen on {settings.host} port {settings.port} ({error.strerror}): choose another address, "
            f"for example `PORT={min(settings.port + 1, PORT_MAX)} scripts/serve`"
        ) from error


def _migrate(settings: Settings) -> None:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        migrate(settings.database_url)
    except SchemaOutOfStep as newer:
        raise UnsafeSettings(f"{newer}: start the newer program, or restore the backup from before") from newer
    except DatabaseError as error:
        shown = make_url(settings.database_url).render_as_string(hide_password=True)
        raise UnsafeSettings(
            f"the database at DATABASE_URL={shown} does not answer or cannot be used: {error.orig}"
        ) from error


def _require_signing_key(ring: KeyRing, settings: Settings) -> None:
    try:
        if not ring.directory.keys and settings.is_demo:
            ring.create()
        ring.require_signer()
    except SigningKeyMissing as missing:
        why = f" ({missing.__cause__})" if missing.__cause__ else ""
        raise UnsafeSettings(f"no usable signing key{why}: draw one with `voucher-service keys create`") from missing
    except ValueError as damaged:
        raise UnsafeSettings(f"the key directory in {ring.folder} is damaged: restore it from your backup") from damaged


def _require_fitting_secrets() -> None:
    if not held_secrets.fit_the_accounts():
        raise UnsafeSettings(
            "the secrets do not open what is sealed in this database: restore the secrets.json that belongs to it from "
            "your backup, or name another DATABASE_URL or DATA_DIR"
        )


def _require_own_log_ins(settings: Settings) -> None:
    """The demonstration prints what opens its accounts; with its people and its quotas it is no city's database."""
    if not settings.is_demo and (known := held_secrets.open_to(loading.TOTP_SECRET)):
        raise UnsafeSettings(
            f"this database has {known} log-ins of the demonstration, which everybody knows: name a DATABASE_URL of "
            "the city's own, or end each with `voucher-service staff disable`"
        )


def _require_ledger_key(settings: Settings) -> None:
    """A new key is drawn for a new ledger only: heads that a witness holds were signed with the old one."""
    path = settings.data_dir / "keys" / "ledger.key"
    signed = db.session.scalar(select(Head.head_no).limit(1)) is not None
    if signed and not path.exists():
        raise UnsafeSettings(
            f"{path} is gone, and heads were signed with it: restore it from your backup. Lost for good, tell your "
            f"witnesses and draw another with `openssl genpkey -algorithm ed25519 -out {path} && chmod 600 {path}`"
        )
    try:
        ledger_key(settings)
    except (ValueError, TypeError) as damaged:
        raise UnsafeSettings(f"{path} is damaged, or KEY_PASSPHRASE does not fit it: restore both") from damaged


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
        http=HTTPModes.http1,  # nginx speaks it to the service, and a browser without TLS speaks nothing else
        websockets=False,
        workers=settings.workers,
        blocking_threads=settings.threads,
        factory=True,
        log_access=False,
        log_level=LogLevels.error,  # its notes on threads and workers say nothing to whoever starts a service
        respawn_failed_workers=True,
    ).serve()


def worker() -> Flask:
    """Make one worker's application and let it stand in line for sealing."""
    threading.Thread(target=_end_with_parent, name="parent-watch", daemon=True).start()
    app = create_app(Settings.from_environment())
    with app.app_context():
        remember_time(app)
    Sealer(app).start()
    Sweeper(app).start()
    SheetWorker(app).start()
    settle_memory()
    return app


def remember_time(app: Flask) -> None:
    """Let the clock begin no earlier than the newest signed head, whatever the machine's time is at the start."""
    sealed_at = db.session.scalar(select(Head.sealed_at).order_by(Head.head_no.desc()).limit(1))
    db.session.remove()
    if sealed_at is not None:
        app.extensions["clock"].not_before(sealed_at)


def settle_memory() -> None:
    """Let the garbage collector leave alone what stays for ever: a fifth of a large import went into looking at it."""
    gc.collect()
    gc.freeze()


def _end_with_parent() -> None:
    """End this worker when the process that started it is gone, killed perhaps, or it would hold the port for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
