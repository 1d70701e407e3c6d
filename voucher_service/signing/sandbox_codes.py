"""Codes from given secrets, so that vectors can be drawn again; always flagged as sandbox.

Secrets come in a key directory whose entries also have a "secret" in hex; the service's own key ring has no such file.
"""

from __future__ import annotations

import json
import struct
from typing import Any, NamedTuple

from voucher_service.identifiers import from_hex
from voucher_service.signing import chain, holder_tag, key_directory, voucher_code
from voucher_service.signing.key_directory import KeyDirectory, PublicKey
from voucher_service.signing.live_session import LiveSession
from voucher_service.signing.voucher_code import (
    FACE_VALUE_PRESENT,
    ON_SITE_CHECK,
    SANDBOX,
    CodeType,
    Header,
    StaticCode,
)

_TYPES = {"R": CodeType.ROTATING, "S": CodeType.STATIC}
_LIFETIMES = {CodeType.ROTATING: 24, CodeType.STATIC: 90}


class GivenSecrets(NamedTuple):
    directory: KeyDirectory
    secrets: dict[int, bytes]
    """Private keys by key id."""

    def sign(self, kid: int, message: bytes) -> bytes:
        return self.directory.keys[kid].suite.signer(self.secrets[kid])(message)


def read_secrets(text: str | bytes) -> GivenSecrets:
    """Read a directory with secrets; ValueError when it is none."""
    directory = key_directory.load(text)
    entries = json.loads(text)["keys"]
    return GivenSecrets(
        directory, {entry["kid"]: bytes.fromhex(entry["secret"]) for entry in entries if "secret" in entry}
    )


def make(request: str | bytes, given: GivenSecrets) -> str:
    """Return the digits of the code that one JSON request asks for; ValueError says what is wrong with it."""
    try:
        fields: dict[str, Any] = json.loads(request)
        header = _header_of(fields, given.directory.keys[fields["kid"]])
        if header.code_type is CodeType.STATIC:
            return _printed_code(header, given)
        return _live_code(header, bytes.fromhex(fields["y0"]), fields.get("step", 0), given)
    except (KeyError, TypeError, AttributeError, OverflowError, struct.error) as wrong:
        raise ValueError(f"the request lacks or misspells {wrong}") from wrong


def _header_of(fields: dict[str, Any], key: PublicKey) -> Header:
    if key.bind_key is None:
        raise ValueError(f"key {key.kid} has no bind key")
    code_type, voucher_id, amount = (
        _TYPES[fields.get("type", "R")],
        from_hex(fields["voucher"]),
        fields.get("amount_yuan", 0),
    )
    face_value = FACE_VALUE_PRESENT if amount else 0
    on_site = ON_SITE_CHECK if fields.get("on_site_check") else 0
    return Header(
        code_type=code_type,
        suite=key.suite.number,
        flags=SANDBOX | face_value | on_site,
        kid=key.kid,
        voucher_id=voucher_id,
        programme_number=fields["programme"],
        start_minute=voucher_code.minutes_since_epoch(key_directory.read_instant(fields["start"])),
        lifetime=fields.get("lifetime", _LIFETIMES[code_type]),
        amount_yuan=amount,
        holder_tag=holder_tag.make(key.suite, key.bind_key, voucher_id, fields["id"], fields["name"]),
    )


def _live_code(header: Header, y0: bytes, step: int, given: GivenSecrets) -> str:
    if len(y0) != chain.VALUE_LENGTH:
        raise ValueError("y0 is 16 bytes")
    if header.lifetime > voucher_code.ROTATING_HOURS_MAX or not 0 <= step < header.steps:
        raise ValueError("a session lasts 1 to 72 hours, and the step is one of its steps")
    session = LiveSession(y0, header, b"")
    message = voucher_code.rotating_message(header.to_bytes(), session.anchor)
    return session._replace(signature=given.sign(header.kid, message)).code_of_step(step)


def _printed_code(header: Header, given: GivenSecrets) -> str:
    signed_header = header.to_bytes()
    signature = given.sign(header.kid, voucher_code.static_message(signed_header))
    return voucher_code.to_digits(StaticCode(header, signed_header, signature).to_bytes())
