"""Nothing is written while the machine's time is behind what has been told: a ledger's time does not go back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from flask import current_app, request

from voucher_service.errors import Refusal

if TYPE_CHECKING:
    from flask import Flask

TOLERANCE: Final = timedelta(seconds=5)
"""So far may a clock be set back before anybody notices: time then stands still for as long, and service goes on."""

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class ClockWentBack(Refusal):
    code = "clock_went_back"
    status = 503
    zh = "服务器时间比已记录的时间晚了{seconds_behind}秒，暂停一切写入，请管理员校准时间后重试。"
    en = "The server's time is {seconds_behind} seconds behind what is recorded; nothing is written until it is right."


def is_steady() -> bool:
    """Whether the machine's time is, within TOLERANCE, not behind what the service has told."""
    behind: timedelta = current_app.extensions["clock"].behind()
    return behind <= TOLERANCE


def register_steady_time(app: Flask, *, except_blueprint: str) -> None:
    """Refuse every write while time is behind; those of one blueprint, which sets the time, pass."""

    def require_steady_time() -> None:
        if request.method in _READING or is_steady() or request.blueprint == except_blueprint:
            return
        raise ClockWentBack(seconds_behind=int(current_app.extensions["clock"].behind().total_seconds()))

    app.before_request(require_steady_time)
