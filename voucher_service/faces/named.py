"""What an address of a page names: a class, if the caller may see it."""

from __future__ import annotations

from typing import Any

from voucher_service.classes import service as classes
from voucher_service.faces import forms
from voucher_service.web.access import caller


def class_named(text: str) -> Any:
    """Return a class by its id in an address: of the own institution, or of the own office. Refuses with NotFound."""
    return classes.find(forms.identifier(text), caller())
