"""A class that any school may plan in the demonstration's city, and how a test bends it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.accounts.application import START
from voucher_service.calendar import local_date
from voucher_service.demo.loading import STARTS_AFTER, drafted

if TYPE_CHECKING:
    from voucher_service.classes.service import Proposal


def proposal(**bent: Any) -> Proposal:
    """A lawful class of junior welders that starts a week after START, with `bent` fields replaced."""
    return replace(drafted("DM01", "junior", local_date(START) + STARTS_AFTER, START), **bent)
