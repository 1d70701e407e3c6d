"""A key that another request has just taken, and whose answer cannot be read yet, is answered with a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.routes import BODIES
from tests.journey.city import new_key
from voucher_service.database.chain import ChainBroken

if TYPE_CHECKING:
    from tests.journey.city import Town


@pytest.mark.parametrize(
    ("path", "role", "verb"),
    [
        ("/api/v1/redemptions", "institution_client", "redemptions.redeem"),
        ("/api/v1/vouchers", "holder", "vouchers.claim"),
    ],
)
def test_a_key_taken_this_very_moment_is_a_problem_that_says_to_ask_again(
    town: Town, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch, *, path: str, role: str, verb: str
) -> None:
    def taken(*_: Any) -> str:
        raise ChainBroken("pk_idempotency")

    monkeypatch.setattr(f"voucher_service.{verb.replace('.', '.service.')}", taken)
    headers = {"Authorization": f"Bearer {tokens[role]}", "Idempotency-Key": new_key()}
    answer = town.client().post(path, json=BODIES[verb], headers=headers)
    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    document = answer.get_json()
    assert (document["code"], document["status"]) == ("answer_unsettled", 409)
    assert document["detail"]
    assert document["detail_zh"]
