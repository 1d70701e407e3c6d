"""`reports`: the bureau's funnel beside a million vouchers, against the same funnel beside twenty thousand."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from tests.load.benches.pairs import Pairs, take_turns
from tests.load.benches.prepared import issue
from tests.load.benches.rig import Rig, standing
from voucher_service.accounts import service as accounts
from voucher_service.database import unit_of_work
from voucher_service.ledger.sealing import seal_once

if TYPE_CHECKING:
    from flask.testing import FlaskClient

AIM: Final = 1 / 1.5
SMALL, LARGE = 20_000, 1_000_000


def measure(seconds: float, pairs: int, *, small: int = SMALL, large: int = LARGE) -> dict[str, Any]:
    """Two cities of different size stand side by side, both sealed, and are asked in turn."""
    with standing() as small_rig, standing() as large_rig:
        few, many = _Bureau(small_rig, small), _Bureau(large_rig, large)
        ours, limit = take_turns(pairs, lambda _: many.rate(seconds), lambda _: few.rate(seconds))
        line = Pairs(f"funnel at {large:,} vouchers", f"at {small:,}", AIM, ours, limit)
        issued = {"small": few.issued(), "large": many.issued()}
        return {"lines": [line.as_document()], "issued": issued, "durability": large_rig.durability()}


class _Bureau:
    """Somebody who reads the funnel of a city of `count` vouchers."""

    def __init__(self, rig: Rig, count: int) -> None:
        self.rig = rig
        issue(rig, count, rig.app.extensions["clock"].now())
        with rig.app.app_context():
            while seal_once(rig.app.extensions["clock"].now()):
                continue
            with unit_of_work():
                token = accounts.open_session(rig.city.staff["bureau1"])
        self._client: FlaskClient = rig.app.test_client()
        self._headers = {"Authorization": f"Bearer {token}"}

    def rate(self, seconds: float) -> float:
        """Read the funnel for about so long; return how many times a second."""
        done, start = 0, time.perf_counter()
        while (spent := time.perf_counter() - start) < seconds:
            self._read()
            done += 1
        return done / spent

    def issued(self) -> int:
        total: int = self._read()["total"]["issued"]
        return total

    def _read(self) -> Any:
        path = f"/api/v1/reports/funnel/{self.rig.city.programme_id}"
        answer = self._client.get(path, headers=self._headers)
        assert answer.status_code == 200, answer.text
        return answer.get_json()
