"""The outside that logging in needs, as ports: the national real-name check, and a carrier's text messages.

The local ones work without the outside and are for trial only; production refuses to log anyone in with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from flask import current_app

from voucher_service.holders.citizen_id import check_character
from voucher_service.holders.errors import IdentityCheckUnavailable

if TYPE_CHECKING:
    from voucher_service.holders.rules import Identity


class RealNameCheck(Protocol):
    def confirms(self, identity: Identity) -> bool:
        """Whether name, ID number and phone belong to one living person. Refuses with IdentityCheckUnavailable."""


class SmsSender(Protocol):
    def send_code(self, phone: str, code: str) -> str | None:
        """Send a log-in code; return what a trial page may show of it, which is nothing if it really went out.

        Refuses with IdentityCheckUnavailable.
        """

    def call_with_code(self, phone: str, code: str) -> str | None:
        """As `send_code`, read aloud by a voice call to someone who does not read messages."""

    def send_notice(self, phone: str, text: str) -> None:
        """Send a message that holds no code. Refuses with IdentityCheckUnavailable."""


class LocalRealNameCheck:
    """Believes everyone whose ID number is well-formed."""

    def confirms(self, identity: Identity) -> bool:
        return identity.id_number[17] == check_character(identity.id_number[:17])


class LocalSmsSender:
    """Sends nothing and hands the code back, for the trial page to show."""

    def send_code(self, phone: str, code: str) -> str | None:  # noqa: ARG002 - the port's signature
        return code

    def call_with_code(self, phone: str, code: str) -> str | None:  # noqa: ARG002 - the port's signature
        return code

    def send_notice(self, phone: str, text: str) -> None:
        """The holder's pages show the notice anyway."""


def real_name_check() -> RealNameCheck:
    """The check in `app.extensions["real_name_check"]`, or the local one. Refuses with IdentityCheckUnavailable."""
    return cast("RealNameCheck", current_app.extensions.get("real_name_check") or _for_trial(LocalRealNameCheck()))


def sms_sender() -> SmsSender:
    """The sender in `app.extensions["sms_sender"]`, or the local one. Refuses with IdentityCheckUnavailable."""
    return cast("SmsSender", current_app.extensions.get("sms_sender") or _for_trial(LocalSmsSender()))


def _for_trial(local: object) -> object:
    if not current_app.extensions["settings"].is_demo:
        raise IdentityCheckUnavailable
    return local
