"""The outside that online lessons need, as a port: the reports of the platform that holds them.

The local one works without the outside and is for trial only; production asks no platform before one is set up.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import urllib3
from flask import current_app
from marshmallow import ValidationError, fields, validate

from voucher_service.supervision.errors import PlatformAnswerUnsound, PlatformUnavailable
from voucher_service.supervision.rules import OnlineReport
from voucher_service.web import strict_json
from voucher_service.web.fields import StrictSchema, line

if TYPE_CHECKING:
    from collections.abc import Sequence

ANSWER_BYTES_MAX: Final = 256 * 1024
SECONDS_MAX: Final = 5.0
"""For the whole answer, however slowly it drips."""

REPORTS_MAX: Final = 400
OK: Final = 200


class OnlinePlatform(Protocol):
    def reports(self, class_id: str) -> Sequence[OnlineReport]:
        """Return what the platform has on the online sessions of a class, by the class's 16 hex digits.

        Refuses with PlatformUnavailable, PlatformAnswerUnsound.
        """


class LocalPlatform:
    """Has held no lesson, and so reports on none."""

    def reports(self, class_id: str) -> Sequence[OnlineReport]:  # noqa: ARG002 - the port's signature
        return ()


def _count() -> fields.Integer:
    return fields.Integer(required=True, strict=True, validate=validate.Range(0, 1_000_000))


class _ReportSchema(StrictSchema):
    session_no = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1000))
    platform = line(100, required=True)
    fast_forwards = _count()
    windows_max = _count()
    longest_seconds_without_popup = _count()
    liveness_checks = _count()
    out_of_order = _count()
    photos = _count()


class _ReportsSchema(StrictSchema):
    reports = fields.List(fields.Nested(_ReportSchema), required=True, validate=validate.Length(max=REPORTS_MAX))


class HttpPlatform:
    """A platform that answers `GET {url}/classes/{class_id}/reports`; nothing of what it sends is believed unseen."""

    def __init__(self, url: str, token: str, seconds_max: float = SECONDS_MAX) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._seconds_max = seconds_max
        self._pool = urllib3.PoolManager(retries=False)

    def reports(self, class_id: str) -> Sequence[OnlineReport]:
        """Return the reports on a class. Refuses with PlatformUnavailable, PlatformAnswerUnsound."""
        try:
            body = self._read(f"{self._url}/classes/{class_id}/reports")
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise PlatformUnavailable from error
        return _believed(body)

    def _read(self, address: str) -> bytes:
        """Follow nobody elsewhere, take no more than is agreed, and wait no longer."""
        until, body = time.monotonic() + self._seconds_max, b""
        answer = self._pool.request(
            "GET",
            address,
            headers=self._headers,
            redirect=False,
            preload_content=False,
            timeout=urllib3.Timeout(self._seconds_max),
        )
        try:
            if answer.status != OK:
                raise PlatformUnavailable
            while chunk := answer.read1(8192):
                body += chunk
                if len(body) > ANSWER_BYTES_MAX:
                    raise PlatformAnswerUnsound(fault="too_large")
                if time.monotonic() > until:
                    raise PlatformUnavailable
        finally:
            answer.close()
        return body


def _believed(body: bytes) -> Sequence[OnlineReport]:
    try:
        told: Any = _ReportsSchema().load(strict_json.loads(body))
    except ValidationError as unsound:
        raise PlatformAnswerUnsound(fault="shape") from unsound
    except ValueError as unsound:
        raise PlatformAnswerUnsound(fault="json") from unsound
    reports = [OnlineReport(**report) for report in told["reports"]]
    if len({report.session_no for report in reports}) < len(reports):
        raise PlatformAnswerUnsound(fault="session_twice")
    return reports


def online_platform() -> OnlinePlatform:
    """The platform in `app.extensions["online_platform"]`, or the local one. Refuses with PlatformUnavailable."""
    if (found := current_app.extensions.get("online_platform")) is not None:
        return cast("OnlinePlatform", found)
    if not current_app.extensions["settings"].is_demo:
        raise PlatformUnavailable
    return LocalPlatform()
