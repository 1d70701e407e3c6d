"""What time does by itself: vouchers expire, without a certificate they are forfeited at the deadline, messages go out.

The states are computed on read too; the sweep only writes the facts down, so a late sweep changes no answer. It also
offers approved vouchers to people who have logged in since, closes classes in which nothing is open any more, and
deletes what was in uploaded tables, who was named in them and never came, and replaced phones that no message reached.
When another rule pack comes into force it stops or lets go the institutions whose audit findings that pack judges
otherwise.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from voucher_service.certificates import service as certificates
from voucher_service.classes import service as classes
from voucher_service.database import unit_of_work
from voucher_service.errors import Refusal
from voucher_service.holders import service as holders
from voucher_service.institutions import service as institutions
from voucher_service.reports import service as reports
from voucher_service.rosters import service as rosters
from voucher_service.sheets import service as sheets
from voucher_service.vouchers import service as vouchers

if TYPE_CHECKING:
    from flask import Flask

PAUSE_SECONDS = 60.0


def close_settled(now: datetime) -> int:  # noqa: ARG001 - a verb of the sweep, though no clock decides here
    """Close the classes in which everybody's voucher has ended or is certified; return how many."""
    settled = reports.settled_classes()
    for region_id, class_id in settled:
        classes.move_on(region_id, class_id, "closed")
    return len(settled)


VERBS: Final[dict[str, Callable[[datetime], int]]] = {
    "expired": vouchers.expire_overdue,
    "forfeited": certificates.forfeit_overdue,
    "closed": close_settled,
    "offered": rosters.issue,
    "forgotten": sheets.forget_old,
    "unmet": rosters.forget_unmet,
    "unsent": holders.forget_addresses,
    "settled": institutions.follow_rule_pack,
}
_log = structlog.get_logger(__name__)


def sweep_once(now: datetime) -> dict[str, int]:
    """Do what is due at `now`, a bounded number at a time; return how many of each there were."""
    return {name: swept for name, verb in VERBS.items() if (swept := _to_the_end(verb, now))}


def _to_the_end(verb: Callable[[datetime], int], now: datetime) -> int:
    swept = 0
    while True:
        with unit_of_work():
            done = verb(now)
        if not done:
            return swept
        swept += done


class Sweeper:
    """A thread that sweeps every minute; a pass that lost a race against a holder is simply made again."""

    def __init__(self, app: Flask, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._app = app
        self._pause_seconds = pause_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def sweep(self) -> None:
        """Make one pass. What fails is logged and tried in the next; it keeps nothing else waiting."""
        for name, verb in VERBS.items():
            self._attempt(name, partial(_to_the_end, verb))
        self._attempt("sent", holders.send_waiting)

    def _run(self) -> None:
        while not self._stopping.wait(self._pause_seconds):
            self.sweep()

    def _attempt(self, name: str, verb: Callable[[datetime], object]) -> None:
        try:
            with self._app.app_context():
                verb(self._app.extensions["clock"].now())
        except Refusal as refusal:
            _log.info("sweep_lost_a_race", verb=name, code=refusal.code)
        except Exception:  # noqa: BLE001 - whatever happened, the next minute is another chance
            _log.exception("sweep_failed", verb=name)
