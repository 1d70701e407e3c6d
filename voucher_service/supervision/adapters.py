"""The outside that online lessons need, as a port: the reports of the platform that holds them.

The local one works without the outside and is for trial only; production asks no platform before one is set up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from flask import current_app

from voucher_service.supervision.errors import PlatformUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voucher_service.supervision.rules import OnlineReport


class OnlinePlatform(Protocol):
    def reports(self, class_id: str) -> Sequence[OnlineReport]:
        """Return what the platform has on the online sessions of a class, by the class's 16 hex digits.

        Refuses with PlatformUnavailable, PlatformAnswerUnsound.
        """


class LocalPlatform:
    """Has held no lesson, and so reports on none."""

    def reports(self, class_id: str) -> Sequence[OnlineReport]:  # noqa: ARG002 - the port's signature
        return ()


def online_platform() -> OnlinePlatform:
    """The platform in `app.extensions["online_platform"]`, or the local one. Refuses with PlatformUnavailable."""
    if (found := current_app.extensions.get("online_platform")) is not None:
        return cast("OnlinePlatform", found)
    if not current_app.extensions["settings"].is_demo:
        raise PlatformUnavailable
    return LocalPlatform()
