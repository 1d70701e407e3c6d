"""Disputing, stopping and deciding through the API, for the tests of this room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voucher_service.accounts import service as accounts
from voucher_service.database import unit_of_work
from voucher_service.identifiers import from_hex, new_id
from voucher_service.web.access import BUREAU_REVIEWER, Caller

if TYPE_CHECKING:
    from tests.journey.city import Town, Worker
    from tests.journey.town import Door, Trainee

BUREAU = ("bureau1", "bureau2", "bureau-clerk")


def dispute(trainee: Trainee, key: str | None = None, **more: int) -> Any:
    """The holder says "I was not there", about the scan or with `session_no` about a sign-in."""
    worker = trainee.worker.log_in()
    return worker.town.post("/api/v1/disputes", worker.token, {"redemption": trainee.redemption, **more}, key)


def stop(worker: Worker, who: str = "bureau1", **changes: str) -> Any:
    """The bureau stops a voucher."""
    body = {"voucher": worker.voucher, "reason": "under_investigation", **changes}
    return as_staff(worker.town, who, f"/api/v1/holds/{worker.region_id}", body)


def opine(town: Town, placed: Any, who: str, verdict: str, reason: str = "查过扫码记录") -> Any:
    """One person of the bureau signs an opinion on a hold."""
    hold = placed.get_json()
    path = f"/api/v1/holds/{hold['region_id']}/{hold['hold']}/opinions"
    return as_staff(town, who, path, {"verdict": verdict, "reason": reason})


def decide(town: Town, placed: Any, verdict: str, reason: str = "查过扫码记录") -> Any:
    """Two persons agree."""
    assert opine(town, placed, "bureau1", verdict).get_json()["ended"] is None
    decided = opine(town, placed, "bureau2", verdict, reason)
    assert decided.get_json()["ended"]["outcome"] == verdict, decided.text
    return decided


def as_staff(town: Town, who: str, path: str, body: Any) -> Any:
    town.tokens.pop(who, None)
    return town.post(path, town.staff_token(who), body)


def insider(town: Town, door: Door) -> str:
    """A reviewer of the bureau who also has an account of the door's school; returns the log-in name."""
    with town.app.app_context(), unit_of_work():
        person = accounts.create_staff(
            f"moonlighter-{door.hex}", "a-long-password", "institution_clerk", door.region_id,
            institution_id=door.institution_id, person_id=new_id(),
        )  # fmt: skip
        caller = Caller(BUREAU_REVIEWER, person.account_id ^ 1, 411200, person.person_id)
        town.city.staff["insider"] = caller
    return "insider"


def receipts(town: Town, worker: Worker) -> list[dict[str, Any]]:
    worker.log_in()
    shown = town.get(f"/api/v1/vouchers/{worker.voucher}/holds", worker.token)
    assert shown.status_code == 200, shown.text
    found: list[dict[str, Any]] = shown.get_json()["holds"]
    return found


def number(placed: Any) -> int:
    return from_hex(placed.get_json()["hold"])
