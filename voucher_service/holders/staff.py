"""Knowing whoever works with the service again: by their ID number, of which only a keyed index leaves this room."""

from __future__ import annotations

from typing import Final

from voucher_service.calendar import local_date
from voucher_service.holders import adapters, rules
from voucher_service.holders.errors import IdentityNotConfirmed
from voucher_service.holders.keys import field_sealer
from voucher_service.holders.people import present

_INDEX: Final = "staff_person.id_index"


def staff_index(name: str, id_number: str, phone: str) -> bytes:
    """Return 32 bytes by which somebody who works here is known again, whatever they are called by their accounts.

    The register is asked whether the three belong together; nothing of them is kept. Another index than a holder's, so
    that nobody reads from two tables who of the staff holds a voucher. Refuses as `rules.identity` does, with
    IdentityNotConfirmed and IdentityCheckUnavailable.
    """
    identity = rules.identity(name, id_number, phone, local_date(present()))
    if not adapters.real_name_check().confirms(identity):
        raise IdentityNotConfirmed
    return field_sealer().blind_index(_INDEX, identity.id_number)
