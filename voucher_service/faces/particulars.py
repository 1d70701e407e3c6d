"""A person's particulars as a form asks for them: at log-in, for a relative, at a counter."""

from __future__ import annotations

from typing import Final

from flask import request

from voucher_service.holders.service import Particulars

FIELD_OF: Final = {
    "name_malformed": "name",
    "id_number_malformed": "id_number",
    "id_number_old_15_digits": "id_number",
    "id_number_check_digit": "id_number",
    "id_number_birth_date": "id_number",
    "id_number_region": "id_number",
    "help_for_oneself": "id_number",
    "card_not_enrolled": "id_number",
    "phone_malformed": "phone",
    "phone_unchanged": "phone",
    "new_phone_not_confirmed": "phone",
    "phone_taken": "phone",
    "phone_shared_by_too_many": "phone",
    "too_many_codes": "phone",
    "region_unknown": "region_id",
    "person_of_other_region": "region_id",
    "category_unknown": "category",
}
"""Which field a refusal of such a form is about, so that its summary can lead there."""

_REGION_DIGITS: Final = 6
_STARS: Final = ("*", "\uff0a")


def typed_id_number() -> str:
    """Read an ID number as people type it: in groups, and with a star for the X that a telephone's keys do not have."""
    typed = "".join(request.form.get("id_number", "")[:200].split())
    return f"{typed[:-1]}X" if typed.endswith(_STARS) else typed


def told_in_form() -> Particulars:
    """Read the particulars; what they are worth, the holders' room says."""
    name, phone, category = (request.form.get(field, "")[:200] for field in ("name", "phone", "category"))
    region = request.form.get("region_id", "")
    is_code = region.isascii() and region.isdigit() and len(region) == _REGION_DIGITS
    return Particulars(name, typed_id_number(), phone, int(region) if is_code else 0, category)
