"""`voucher-service …`: everything that is done from a terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voucher_service.settings import Secrets, Settings, UnsafeSettings
from voucher_service.signing.commands import code, keys
from voucher_service.simulation.command import simulate

if TYPE_CHECKING:
    from flask import Flask


@click.group()
def main() -> None:
    """Run and look after the training-voucher service. Settings come from the environment."""


main.add_command(code)
main.add_command(keys)
main.add_command(simulate)


def _settings() -> Settings:
    try:
        return Settings.from_environment()
    except UnsafeSettings as unsafe:
        raise click.ClickException(str(unsafe)) from unsafe


def _app() -> Flask:
    # The web application takes half a second to import; commands that do not need it should not wait for it.
    from voucher_service.app import create_app  # noqa: PLC0415

    return create_app(_settings())


@main.command()
def serve() -> None:
    """Migrate, load the demo city into an empty database, and serve."""
    from voucher_service import server  # noqa: PLC0415 - as in _app

    server.prepare(_settings())
    server.run(_settings())


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    from voucher_service.database import migrate as upgrade  # noqa: PLC0415 - as in _app

    settings = _settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    upgrade(settings.database_url)


@main.group()
def secrets() -> None:
    """Secrets of the service: session key, field keys, index key."""


@secrets.command("create")
def create_secrets() -> None:
    """Draw new secrets into DATA_DIR/secrets.json; an existing file is never replaced."""
    path = Path(click.get_current_context().obj or _data_dir()) / "secrets.json"
    try:
        Secrets.drawn().written_to(path)
    except FileExistsError:
        raise click.ClickException(f"{path} exists; move it away first if you mean to replace it") from None
    click.echo(f"wrote {path}")


def _data_dir() -> Path:
    import os  # noqa: PLC0415 - only here, where Settings cannot be read yet

    return Path(os.environ.get("DATA_DIR", "var")).resolve()


@main.command()
def seal() -> None:
    """Seal every fact that is ready, once."""
    from voucher_service.ledger.sealing import seal_once  # noqa: PLC0415 - as in _app

    app = _app()
    with app.app_context():
        sealed = seal_once(app.extensions["clock"].now())
    click.echo(f"{sealed} facts sealed")


@main.command()
def sweep() -> None:
    """Expire overdue vouchers and forfeit those without a certificate at their deadline, once."""
    from voucher_service.sweeping import sweep_once  # noqa: PLC0415 - as in _app

    app = _app()
    with app.app_context():
        click.echo(json.dumps(sweep_once(app.extensions["clock"].now())))


@main.command("verify-ledger")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify_ledger(*, as_json: bool) -> None:
    """Check every invariant of the ledger in the database; exit 1 and name what is wrong if one is broken."""
    from voucher_service.ledger.invariants import check_invariants  # noqa: PLC0415 - as in _app

    with _app().app_context():
        violations = check_invariants()
    if as_json:
        click.echo(json.dumps({"green": not violations, "violations": [v._asdict() for v in violations]}, default=str))
    else:
        for violation in violations:
            click.echo(f"BROKEN {violation}")
        click.echo("the ledger is green" if not violations else f"{len(violations)} violations")
    sys.exit(1 if violations else 0)


@main.command("export-ledger")
@click.argument("folder", type=click.Path(path_type=Path))
def export(folder: Path) -> None:
    """Write the whole ledger to FOLDER, for the standalone verifier."""
    from voucher_service.ledger.export import export_ledger  # noqa: PLC0415 - as in _app

    with _app().app_context():
        export_ledger(folder)
    click.echo(f"exported to {folder}")
