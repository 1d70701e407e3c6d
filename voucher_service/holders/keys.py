"""The city's field keys as this application holds them."""

from __future__ import annotations

from typing import cast

from flask import current_app

from voucher_service.holders.sealing import FieldSealer


def field_sealer() -> FieldSealer:
    extensions = current_app.extensions
    if "field_sealer" not in extensions:
        held = extensions["settings"].secrets
        extensions["field_sealer"] = FieldSealer(held.field_keys, held.field_key_active, held.index_key)
    return cast("FieldSealer", extensions["field_sealer"])


def seal(place: str, record_id: int, text: str) -> bytes:
    """Seal what another room keeps and may not be able to read without this one, for one place of one record."""
    return field_sealer().seal(place, record_id, text)


def unseal(place: str, record_id: int, sealed: bytes) -> str:
    """Open what `seal` made for the same place and record. Raises SealBrokenError."""
    return field_sealer().open(place, record_id, sealed)
