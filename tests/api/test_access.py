"""Every view says who may call it, and everyone else is turned away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.routes import BODIES, routes
from tests.journey.city import new_key
from voucher_service.web.access import PUBLIC, ROLES

if TYPE_CHECKING:
    from tests.journey.city import Town


def test_every_view_declares_its_roles(town: Town) -> None:
    undeclared = [route.endpoint for route in routes(town.app) if not route.roles]
    assert undeclared == []


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_that_is_not_declared_is_refused_everywhere(town: Town, tokens: dict[str, str], role: str) -> None:
    asked = 0
    for route in routes(town.app):
        if PUBLIC in route.roles or role in route.roles:
            continue
        headers = {
            "Idempotency-Key": new_key(),
            **({"Authorization": f"Bearer {tokens[role]}"} if role != PUBLIC else {}),
        }
        answer = town.client().open(
            route.path, method=route.method, json=BODIES.get(route.endpoint, {}), headers=headers
        )
        expected = (401, "unauthenticated") if role == PUBLIC else (403, "forbidden")
        assert (answer.status_code, answer.get_json(force=True)["code"]) == expected, route
        asked += 1
    assert asked > 0


def test_an_invented_token_is_nobodys(town: Town) -> None:
    answer = town.get("/api/v1/holders/me", "x" * 43)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "unauthenticated")
