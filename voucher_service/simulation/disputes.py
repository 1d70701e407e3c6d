"""What becomes of "I was not there": the line stands still, and two persons of the bureau decide."""

from __future__ import annotations

from voucher_service.simulation.actors import Offices, Resident
from voucher_service.simulation.connection import UnexpectedAnswer
from voucher_service.simulation.frauds import CATCHES, DISPUTED_SESSIONS

DECIDERS = ("bureau1", "bureau2")


def deny_ticks(offices: Offices, resident: Resident) -> None:
    """Deny the sessions without which the course is not completed; one of the two deciders tries to be both."""
    for session_no in DISPUTED_SESSIONS:
        uphold(offices, resident, resident.deny(session_no), tries_twice=session_no == DISPUTED_SESSIONS[0])


def uphold(offices: Offices, resident: Resident, hold: str, *, tries_twice: bool = True) -> None:
    """Have two persons agree with whoever was not there, after one of them has tried to be both."""
    path = f"/api/v1/holds/{resident.part.region_id}/{hold}/opinions"
    opinion = {"verdict": "uphold", "reason": "模拟：本人不在场"}
    first, second = (offices.token(decider) for decider in DECIDERS)
    offices.service.post(path, opinion, first)
    if tries_twice:
        offices.service.post_refused(path, opinion, first, CATCHES[resident.part.manner])
    line = offices.service.post(path, opinion, second)
    if not line["ended"] or line["ended"]["outcome"] != "uphold":
        raise UnexpectedAnswer(f"two persons upheld {hold}, and it stands: {line}")
