"""`voucher-service …`: everything that is done from a terminal."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click
from sqlalchemy.exc import DatabaseError, OperationalError

from voucher_service.classes.commands import groups
from voucher_service.errors import Refusal
from voucher_service.identifiers import from_hex
from voucher_service.institutions.client_commands import clients_group
from voucher_service.institutions.commands import staff_group
from voucher_service.programmes.commands import calendar_group
from voucher_service.settings import Secrets, Settings, UnsafeSettings
from voucher_service.signing.commands import code, keys
from voucher_service.simulation.command import simulate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask


class CannotRun(click.ClickException):
    """What stands in the way of a command. 2, because a 1 says that it looked and that something is wrong."""

    exit_code = 2


class Terminal(click.Group):
    """The commands; what is wrong with the place where they run is said in a line instead of a stack."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UnsafeSettings as unsafe:
            raise CannotRun(str(unsafe)) from unsafe
        except DatabaseError as error:
            if not _is_of_the_place(error):
                raise
            raise CannotRun(f"the database does not answer or cannot be used: {error.orig}") from error
        except OSError as error:
            if error.filename is None:
                raise
            raise CannotRun(f"{error.filename}: {error.strerror}") from error


def _is_of_the_place(error: DatabaseError) -> bool:
    """Whether the database is away, damaged, full or closed to us; any other error is a fault of the program."""
    sqlstate = getattr(error.orig, "sqlstate", None)
    return isinstance(error, OperationalError) or type(error) is DatabaseError or sqlstate == "42501"


@click.group(cls=Terminal)
def main() -> None:
    """Run and look after the training-voucher service. Settings come from the environment."""


main.add_command(code)
main.add_command(keys)
main.add_command(simulate)


def _app() -> Flask:
    # The web application takes half a second to import; commands that do not need it should not wait for it.
    from voucher_service.app import create_app  # noqa: PLC0415

    return create_app(Settings.from_environment())


def _app_in_step() -> Flask:
    """Return the application for a command that asks the database, which has to have the schema that is asked for."""
    from voucher_service.database import SchemaOutOfStep, require_newest  # noqa: PLC0415 - as in _app

    settings = Settings.from_environment()
    try:
        require_newest(settings.database_url)
    except SchemaOutOfStep as other:
        raise CannotRun(str(other)) from other
    return _app()


_looking_inside = [group(_app_in_step) for group in (calendar_group, clients_group, staff_group)]
for _group in (*groups(_app, _app_in_step), *_looking_inside):
    main.add_command(_group)


@main.command()
def serve() -> None:
    """Migrate, load the demo city into an empty database, and serve."""
    from voucher_service import server  # noqa: PLC0415 - as in _app

    try:
        settings = Settings.from_environment()
        server.prepare(settings)
    except UnsafeSettings as unsafe:
        raise click.ClickException(str(unsafe)) from unsafe
    server.run(settings)


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    from voucher_service.database import SchemaOutOfStep  # noqa: PLC0415 - as in _app
    from voucher_service.database import migrate as upgrade  # noqa: PLC0415

    settings = Settings.from_environment()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        upgrade(settings.database_url)
    except SchemaOutOfStep as newer:
        raise CannotRun(str(newer)) from newer


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

    app = _app_in_step()
    with app.app_context():
        sealed = seal_once(app.extensions["clock"].now())
    click.echo(f"{sealed} facts sealed")


@main.command()
def sweep() -> None:
    """Expire overdue vouchers and forfeit those without a certificate at their deadline, once."""
    from voucher_service.sweeping import sweep_once  # noqa: PLC0415 - as in _app

    app = _app_in_step()
    with app.app_context():
        click.echo(json.dumps(sweep_once(app.extensions["clock"].now())))


@main.command("verify-ledger")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify_ledger(*, as_json: bool) -> None:
    """Check every invariant of the ledger in the database; exit 1 and name what is broken, 2 if it cannot be read."""
    from voucher_service.ledger.invariants import check_invariants  # noqa: PLC0415 - as in _app

    with _app_in_step().app_context():
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

    with _app_in_step().app_context():
        export_ledger(folder)
    click.echo(f"exported to {folder}")


@main.group()
def ledger() -> None:
    """Heads, receipts and consistency proofs, as JSON."""


@ledger.command("head")
@click.argument("head_no", type=click.IntRange(1), required=False)
def show_head(head_no: int | None) -> None:
    """Print a signed head by its number; the newest without one."""
    from voucher_service.ledger import heads, proofs  # noqa: PLC0415 - as in _app

    with _asked():
        head = proofs.newest_head() if head_no is None else proofs.head_numbered(head_no)
        _print(heads.head_document(head))


@ledger.command()
@click.argument("region_id", type=int)
@click.argument("voucher")
@click.argument("seq", type=int)
def receipt(region_id: int, voucher: str, seq: int) -> None:
    """Print the receipt of one fact: VOUCHER is 16 hex digits, SEQ 1 for its first fact."""
    from voucher_service.ledger import proofs, receipts  # noqa: PLC0415 - as in _app

    try:
        voucher_id = from_hex(voucher)
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), param_hint="VOUCHER") from wrong
    with _asked():
        _print(receipts.receipt_document(proofs.receipt(region_id, voucher_id, seq)))


@ledger.command()
@click.argument("first", type=click.IntRange(1))
@click.argument("second", type=click.IntRange(1))
def consistency(first: int, second: int) -> None:
    """Print the proof that head SECOND only adds to head FIRST."""
    from voucher_service.ledger import proofs, receipts  # noqa: PLC0415 - as in _app

    with _asked():
        regions = proofs.consistency(first, second)
        _print(receipts.consistency_document(proofs.head_numbered(first), proofs.head_numbered(second), regions))


@ledger.command("public-key")
def show_public_key() -> None:
    """Print the public key that heads are signed with, in PEM; it is drawn if there is none yet."""
    from voucher_service.ledger.heads import ledger_key, public_pem  # noqa: PLC0415 - as in _app

    click.echo(public_pem(ledger_key(Settings.from_environment())).decode("ascii"), nl=False)


@main.command("verify-receipt")
@click.argument("file", type=click.File("rb"))
@click.option("--key", "key_file", type=click.File("rb"), required=True, help="The ledger's public key (PEM).")
def verify_receipt(file: BinaryIO, key_file: BinaryIO) -> None:
    """Check a receipt or a consistency proof from FILE (- for standard input); needs no database.

    Exit codes: 0 it holds, 1 it does not and the reason is printed, 2 it cannot be read.
    """
    from voucher_service.ledger import receipts  # noqa: PLC0415 - as in _app

    try:
        found = receipts.findings(receipts.read(file.read()), receipts.read_key(key_file.read()))
    except receipts.Unreadable as unreadable:
        click.echo(f"cannot be read: {unreadable}", err=True)
        sys.exit(2)
    for finding in found:
        click.echo(f"BROKEN {finding}")
    click.echo("it does not hold" if found else "it holds")
    sys.exit(1 if found else 0)


@contextmanager
def _asked() -> Iterator[None]:
    """Ask the database something; a refusal ends the command with its sentence."""
    with _app_in_step().app_context():
        try:
            yield
        except Refusal as refusal:
            raise click.ClickException(f"{refusal.code}: {refusal.sentence_en}") from refusal


def _print(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True))
