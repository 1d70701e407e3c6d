"""The key directory as a scanner fetches it."""

from __future__ import annotations

import pytest

from tests.journey.city import Town
from voucher_service.signing.signed_directory import opened


@pytest.fixture
def town(fresh_sqlite_town: Town) -> Town:
    return fresh_sqlite_town


def test_anyone_fetches_the_signed_directory_and_a_revocation_follows(town: Town) -> None:
    ring = town.app.extensions["key_ring"]
    before = opened(town.client().get("/api/v1/keys").get_json(), ring.root_public_key, town.clock.now())
    assert list(before.directory.keys) == [1]
    ring.revoke_voucher(7)
    answer = town.client().get("/api/v1/keys")
    after = opened(answer.get_json(), ring.root_public_key, town.clock.now(), before.sequence + 1)
    assert after.directory.revoked_vouchers == {7}
    assert "bind_key" not in answer.text
