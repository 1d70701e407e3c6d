"""`voucher-service code` judges and makes codes, `voucher-service keys` keeps the key ring.

Neither needs the database or the service's settings, only files; `python -m voucher_service.signing.commands` runs them
where the rest of the service is not installed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

import click

from voucher_service.identifiers import from_hex, to_hex
from voucher_service.signing import key_directory, sandbox_codes, signed_directory, verification
from voucher_service.signing.errors import CodeUnknownKey
from voucher_service.signing.key_directory import KeyDirectory, PublicKey
from voucher_service.signing.key_ring import ANNOUNCED, VALID, KeyRing
from voucher_service.signing.suites import SUITES, SuiteUnavailable

_LINE_LENGTH_MAX: Final = 4096
"""No code or request is nearly as long; the rest of a longer line is not even kept."""

_PATH: Final = click.Path(path_type=Path)
_UNREADABLE: Final = (ValueError, OverflowError, RecursionError)


def _read_instant(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    try:
        return None if value is None else key_directory.read_instant(value)
    except (ValueError, OverflowError) as wrong:
        raise click.BadParameter(str(wrong)) from wrong


def _read_root(_context: click.Context, _parameter: click.Parameter, value: str | None) -> bytes | None:
    try:
        return None if value is None else bytes.fromhex(value)
    except ValueError as wrong:
        raise click.BadParameter("the root key is 64 hex digits") from wrong


def _read_voucher(_context: click.Context, _parameter: click.Parameter, value: str) -> int:
    try:
        return from_hex(value)
    except ValueError as wrong:
        raise click.BadParameter(str(wrong)) from wrong


def _directory(file: Path, root: bytes | None, at: datetime, sequence_least: int) -> KeyDirectory:
    """Read a directory: a published one under its root key, and a bare one only where no root is asked for."""
    try:
        document = json.loads(file.read_bytes())
        if root is not None:
            return signed_directory.opened(document, root, at, sequence_least).directory
        if signed_directory.is_published(document):
            raise ValueError("a published directory is read with --root")
        return key_directory.read(document)
    except (OSError, *_UNREADABLE) as wrong:
        raise click.BadParameter(f"{file}: {wrong}", param_hint="--keys") from wrong


@click.group()
def code() -> None:
    """Verify voucher codes, or make codes for the sandbox."""


@code.command()
@click.option("--keys", "keys_file", type=_PATH, required=True, help="Key directory (JSON), published or bare.")
@click.option("--root", callback=_read_root, help="Root key (hex): the directory must be published, signed by it.")
@click.option("--sequence-least", type=click.IntRange(0), default=0, help="Refuse a directory older than this number.")
@click.option("--at", callback=_read_instant, help="Judge as of this moment (RFC 3339) instead of now.")
@click.option("--offline", is_flag=True, help="Allow for a clock that nobody corrects.")
@click.option("--id", "id_number", help="Identity number on the card that was shown, with --name.")
@click.option("--name", help="Name on the card.")
def verify(
    *,
    keys_file: Path,
    root: bytes | None,
    sequence_least: int,
    at: datetime | None,
    offline: bool,
    id_number: str | None,
    name: str | None,
) -> None:
    """Judge the codes on standard input, one a line, and print one JSON object for each."""
    if (id_number is None) != (name is None):
        raise click.UsageError("--id and --name go together.")
    directory = _directory(keys_file, root, at or datetime.now(UTC), sequence_least)
    for line in _lines(sys.stdin.buffer):
        moment = at or datetime.now(UTC)
        click.echo(json.dumps(verification.judge(line, directory, moment, offline, id_number=id_number, name=name)))


@code.command()
@click.option("--keys", "keys_file", type=_PATH, required=True, help="Directory with secrets.")
def make(keys_file: Path) -> None:
    """Make sandbox codes from given secrets: a JSON request a line in, {"digits": "…"} a line out.

    FILE is a key directory whose entries also have a "secret", in hex. A request has "kid", "voucher" (16 hex digits),
    "programme", "start" (RFC 3339), "id" and "name"; it may have "type" (R), "lifetime" (24 h, or 90 days for S),
    "amount_yuan" (0), "on_site_check" (false), and for R "y0" (32 hex digits) and "step" (0).
    """
    try:
        secrets = sandbox_codes.read_secrets(keys_file.read_bytes())
    except (OSError, *_UNREADABLE) as wrong:
        raise click.ClickException(f"{keys_file}: {wrong}") from wrong
    for number, line in enumerate(_lines(sys.stdin.buffer), start=1):
        try:
            digits = sandbox_codes.make(line, secrets)
        except (SuiteUnavailable, *_UNREADABLE) as wrong:
            raise click.ClickException(f"line {number}: {wrong}") from wrong
        click.echo(json.dumps({"digits": digits}))


@click.group()
@click.option("--data-dir", envvar="DATA_DIR", type=_PATH, default="var", show_default=True)
@click.pass_context
def keys(context: click.Context, data_dir: Path) -> None:
    """Draw, rotate, revoke and list signing keys. A passphrase is taken from KEY_PASSPHRASE only."""
    ring = context.obj = KeyRing(data_dir, os.environ.get("KEY_PASSPHRASE") or None)
    try:
        _ = ring.directory
    except (OSError, *_UNREADABLE) as wrong:
        raise click.ClickException(f"{ring.folder}: {wrong}") from wrong


@keys.command()
@click.option("--suite", type=click.Choice([str(number) for number in SUITES]), default="1", show_default=True)
@click.option("--valid-days", type=click.IntRange(1, 3650), default=VALID.days, show_default=True)
@click.pass_obj
def create(ring: KeyRing, suite: str, valid_days: int) -> None:
    """Draw a key that signs from now on: 1 Ed25519, 2 SM2, 3 ES256."""
    try:
        key = ring.create(int(suite), timedelta(days=valid_days))
    except SuiteUnavailable as unavailable:
        raise click.ClickException(str(unavailable)) from unavailable
    click.echo(_described(key, ring))


@keys.command()
@click.option(
    "--announce-hours", type=click.IntRange(0, 720), default=ANNOUNCED // timedelta(hours=1), show_default=True
)
@click.option("--valid-days", type=click.IntRange(1, 3650), default=VALID.days, show_default=True)
@click.pass_obj
def rotate(ring: KeyRing, announce_hours: int, valid_days: int) -> None:
    """Draw the successor of the signing key; devices learn of it while the present key still signs."""
    click.echo(_described(ring.rotate(timedelta(hours=announce_hours), timedelta(days=valid_days)), ring))


@keys.command()
@click.argument("kid", type=click.IntRange(1, 0xFFFF))
@click.pass_obj
def revoke(ring: KeyRing, kid: int) -> None:
    """End a key and all of its codes for good."""
    try:
        click.echo(_described(ring.revoke(kid), ring))
    except CodeUnknownKey as unknown:
        raise click.ClickException(f"there is no key {kid}") from unknown


@keys.command("revoke-voucher")
@click.argument("voucher", callback=_read_voucher)
@click.pass_obj
def revoke_voucher(ring: KeyRing, voucher: int) -> None:
    """Put VOUCHER (16 hex digits) on the revocation list: none of its codes is accepted any more, on line or off."""
    ring.revoke_voucher(voucher)
    click.echo(f"{to_hex(voucher)}\trevoked\tdirectory {ring.directory.sequence}")


@keys.command()
@click.pass_obj
def publish(ring: KeyRing) -> None:
    """Print the key directory and the revocation list, signed by the root key, for verifiers off line."""
    click.echo(json.dumps(ring.published(), indent=2))


@keys.command("root-key")
@click.pass_obj
def show_root_key(ring: KeyRing) -> None:
    """Print the public root key (hex) that verifiers are enrolled with; it is drawn if there is none yet."""
    click.echo(ring.root_public_key.hex())


@keys.command("list")
@click.pass_obj
def list_keys(ring: KeyRing) -> None:
    """Print one line a key: id, suite, status, from, until, signatures issued."""
    for key in ring.list():
        click.echo(_described(key, ring))


@keys.command("export-directory")
@click.option("--without-bind-keys", is_flag=True, help="For verifiers that may not check identity cards.")
@click.pass_obj
def export_directory(ring: KeyRing, *, without_bind_keys: bool) -> None:
    """Print the key directory that verifiers read."""
    directory = ring.directory.without_bind_keys() if without_bind_keys else ring.directory
    click.echo(key_directory.dump(directory), nl=False)


@click.group()
def main() -> None:
    """Codes and keys without the rest of the service."""


main.add_command(code)
main.add_command(keys)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield each line, cut off where it can be nothing sensible any more, whatever its length."""
    while line := stream.readline(_LINE_LENGTH_MAX):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(_LINE_LENGTH_MAX)
        yield line


def _described(key: PublicKey, ring: KeyRing) -> str:
    not_before, not_after = map(key_directory.write_instant, (key.not_before, key.not_after))
    issued = ring.signatures_issued(key.kid)
    return f"{key.kid}\t{key.suite.name}\t{key.status}\t{not_before}\t{not_after}\t{issued}"


if __name__ == "__main__":
    main()
