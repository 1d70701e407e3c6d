"""`voucher-service clients`: let the systems of institutions in, and put them out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from voucher_service.database import unit_of_work
from voucher_service.errors import Refusal
from voucher_service.identifiers import from_hex, to_hex

if TYPE_CHECKING:
    from flask import Flask


def clients_group(make_app: Callable[[], Flask]) -> click.Group:
    """Return the commands; `make_app` is called by each, because all look into the database."""

    @click.group()
    def clients() -> None:
        """Systems of institutions that ask for tokens of their own, each by an id and a secret."""

    @clients.command("list")
    def list_clients() -> None:
        """List every client: id, institution, whether it is in force, what it is for."""
        from voucher_service.accounts import service as accounts  # noqa: PLC0415 - the whole service

        with make_app().app_context():
            for client in accounts.clients():
                state = "revoked" if client.revoked_at else "in force"
                click.echo(f"{to_hex(client.client_id)}\t{to_hex(client.institution_id)}\t{state}\t{client.label}")

    @clients.command("create")
    @click.argument("institution")
    @click.argument("label")
    def create(institution: str, label: str) -> None:
        """Let a system of INSTITUTION in, LABEL saying which; print its id and, this once, its secret."""
        from voucher_service.accounts import service as accounts  # noqa: PLC0415 - as in list
        from voucher_service.institutions.service import by_id  # noqa: PLC0415

        institution_id = _read(institution, "INSTITUTION")
        try:
            with make_app().app_context(), unit_of_work():
                found = by_id(institution_id)
                client_id, secret = accounts.create_client(institution_id, found.region_id, label)
        except Refusal as refusal:
            raise click.ClickException(f"{refusal.code}: {refusal.sentence_zh} {refusal.sentence_en}") from refusal
        click.echo(f"client {to_hex(client_id)}")
        click.echo(f"secret, shown once: {secret}")

    @clients.command("revoke")
    @click.argument("client")
    def revoke(client: str) -> None:
        """End CLIENT, by its id, and its sessions; felt within five seconds everywhere."""
        from voucher_service.accounts import service as accounts  # noqa: PLC0415 - as in list

        client_id = _read(client, "CLIENT")
        with make_app().app_context(), unit_of_work():
            if not accounts.revoke_client(client_id):
                raise click.ClickException(f"there is no client {client} in force")
        click.echo(f"client {client} is revoked")

    return clients


def _read(identifier: str, name: str) -> int:
    try:
        return from_hex(identifier)
    except ValueError as malformed:
        raise click.BadParameter(str(malformed), param_hint=name) from malformed
