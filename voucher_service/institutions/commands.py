"""`voucher-service staff`: give the people of offices and institutions their accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from voucher_service.database import unit_of_work
from voucher_service.errors import Refusal
from voucher_service.identifiers import from_hex, to_hex

if TYPE_CHECKING:
    from flask import Flask


def staff_group(make_app: Callable[[], Flask]) -> click.Group:
    """Return the commands; `make_app` is called by each, because all look into the database."""

    @click.group()
    def staff() -> None:
        """Accounts of those who work with the service. Who has two of them is still one person."""

    @staff.command("add")
    @click.argument("login_name")
    @click.argument("role")
    @click.option("--region", "region_id", type=click.IntRange(100000, 999999), required=True)
    @click.option("--institution", help="The institution's id, for its administrators and clerks.")
    @click.option("--name", prompt=True, help="As on the ID card. Asked for where it is not given, like the next two.")
    @click.option("--id-number", prompt=True)
    @click.option("--phone", prompt=True)
    @click.password_option()
    def add(login_name: str, role: str, region_id: int, institution: str | None, password: str, **who: str) -> None:
        """Give somebody the account LOGIN_NAME with ROLE, and print the secret of their authenticator app.

        Name, ID number and phone are checked with the register and not kept: a keyed index of the number says which
        accounts are one person's.
        """
        from voucher_service.institutions.staffing import Employee, Post, employ  # noqa: PLC0415 - the whole service

        app = make_app()
        try:
            post = Post(login_name, role, region_id, from_hex(institution) if institution else None)
            with app.app_context(), unit_of_work():
                new = employ(post, Employee(**who), password, app.extensions["clock"].now())
        except ValueError as malformed:
            raise click.BadParameter(str(malformed), param_hint="--institution") from malformed
        except Refusal as refusal:
            raise click.ClickException(f"{refusal.code}: {refusal.sentence_zh} {refusal.sentence_en}") from refusal
        click.echo(f"account {to_hex(new.account_id)} of person {to_hex(new.person_id)}")
        click.echo(f"authenticator secret, shown once: {new.totp_secret}")

    @staff.command("disable")
    @click.argument("account")
    def disable(account: str) -> None:
        """End ACCOUNT, by its id, and its sessions; felt within five seconds everywhere."""
        from voucher_service.accounts import service as accounts  # noqa: PLC0415 - as in add

        try:
            account_id = from_hex(account)
        except ValueError as malformed:
            raise click.BadParameter(str(malformed), param_hint="ACCOUNT") from malformed
        with make_app().app_context(), unit_of_work():
            if not accounts.disable_staff(account_id):
                raise click.ClickException(f"there is no account {account} in force")
        click.echo(f"account {account} is disabled")

    return staff
