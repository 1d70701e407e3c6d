"""/api/v1/trial/clock: the movable clock of a trial service. It is mounted in the demonstration only."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address

from flask import Blueprint, current_app, request
from marshmallow import Schema, ValidationError, fields, validate

from voucher_service.clock import TrialClock
from voucher_service.errors import Forbidden, InvalidInput, Refusal
from voucher_service.web.access import PUBLIC, allow

blueprint = Blueprint("trial", __name__, url_prefix="/api/v1/trial")

LATEST = datetime(2050, 1, 1, tzinfo=UTC)
"""Voucher codes count their minutes in a number that ends a few years later."""


class ClockRunsBackwards(Refusal):
    code = "clock_runs_backwards"
    zh = "试用时钟只能向前拨，现在是{now}。"
    en = "The trial clock only goes forward; it is {now} now."


class ClockSchema(Schema):
    now = fields.AwareDateTime(required=True, validate=validate.Range(max=LATEST))


@blueprint.get("/clock")
@allow(PUBLIC)
def show_clock() -> dict[str, str]:
    """Tell what time it is in the trial."""
    return {"now": _clock().now().isoformat()}


@blueprint.put("/clock")
@allow(PUBLIC)
def move_clock() -> dict[str, str]:
    """Let time pass until a moment; only from this machine. Refusals: Forbidden, InvalidInput, ClockRunsBackwards."""
    if not ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104 - nobody's address
        raise Forbidden
    moment = _wanted()
    if moment < (now := _clock().now()):
        raise ClockRunsBackwards(now=now.isoformat())
    _clock().move_to(moment)
    return show_clock()


def _wanted() -> datetime:
    try:
        moment: datetime = ClockSchema().load(request.get_json() or {})["now"]
    except ValidationError as error:
        raise InvalidInput(error.messages) from error
    return moment


def _clock() -> TrialClock:
    clock: TrialClock = current_app.extensions["clock"]
    return clock
