"""Whoever runs the service lets an institution's system in at a terminal, sees it in the list, and puts it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from tests.journey.town import lasting_town, town
from voucher_service.identifiers import from_hex, to_hex
from voucher_service.institutions.client_commands import clients_group

if TYPE_CHECKING:
    from click.testing import Result

    from tests.journey.city import Town

__all__ = ["lasting_town", "town"]


def run(town: Town, *arguments: str) -> Result:
    return CliRunner().invoke(clients_group(lambda: town.app), list(arguments))


def token(town: Town, client: str, secret: str) -> Any:
    given = {"grant_type": "client_credentials"}
    return town.client().post("/api/v1/token", data=given, auth=(client, secret))


def test_a_client_is_let_in_listed_and_put_out(town: Town) -> None:
    institution = to_hex(town.city.schools[0].institution_id)
    made = run(town, "create", institution, "前台系统")
    assert made.exit_code == 0, made.output
    client, secret = (line.rsplit(" ", 1)[1] for line in made.output.splitlines())
    let_in = token(town, client, secret)
    assert let_in.status_code == 200, let_in.text
    bearer = let_in.get_json()["access_token"]
    assert town.get("/api/v1/classes/", bearer).status_code == 200
    listed = run(town, "list").output
    assert f"{client}\t{institution}\tin force\t前台系统" in listed
    assert secret not in listed
    assert run(town, "revoke", client).output == f"client {client} is revoked\n"
    assert town.get("/api/v1/classes/", bearer).status_code == 401
    assert token(town, client, secret).status_code == 401
    assert f"{client}\t{institution}\trevoked" in run(town, "list").output
    assert run(town, "revoke", client).output == f"Error: there is no client {client} in force\n"
    assert from_hex(client)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("create", "zz", "x"), 2, "INSTITUTION"),
        (("create", "ffffffffffffffff", "x"), 1, "not_found"),
        (("revoke", "zz"), 2, "CLIENT"),
        (("revoke", "ffffffffffffffff"), 1, "there is no client ffffffffffffffff in force"),
    ],
)
def test_what_is_not_there_is_said(town: Town, arguments: tuple[str, ...], code: int, said: str) -> None:
    ran = run(town, *arguments)
    assert ran.exit_code == code
    assert said in ran.output
