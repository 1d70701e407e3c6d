"""Personal data at rest: fields sealed under a key id, found by a keyed blind index, committed to by salt.

A sealed record is `suite u8 ‖ key id u16 big-endian ‖ nonce (12 random bytes) ‖ ciphertext and tag (16 bytes)`. The
only suite is 1, AES-256-GCM; a second one (SM4-GCM) can follow without touching the records of the first. The
associated data bind a record to its place, so that one moved to another row, column or key no longer opens.
A key may seal 2**32 records before random nonces become likely to repeat; a city of two million people stays far below.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from voucher_service.identifiers import to_unsigned

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY_BYTES = 32
SALT_BYTES = 32
_SUITE_AES_256_GCM = 1
_HEADER = struct.Struct(">BH")
_NONCE_BYTES = 12
_SEAL_DOMAIN = b"voucher-service:sealed-field:1:"
_INDEX_DOMAIN = b"voucher-service:blind-index:1:"
_COMMITMENT_DOMAIN = b"voucher-service:commitment:1:"


class SealBrokenError(Exception):
    """A sealed record was altered, moved, or sealed under a key that is not here: a fault, never a refusal."""


class FieldSealer:
    """Seals and opens single fields of single holders with the city's field keys."""

    def __init__(self, keys: Mapping[int, bytes], active: int, index_key: bytes) -> None:
        """Take the field keys by id (0 to 65535), the id to seal under, and the blind index's key; 32 bytes each."""
        if active not in keys:
            raise ValueError(f"the active field key {active} is not among the keys")
        if any(len(key) != KEY_BYTES for key in (*keys.values(), index_key)):
            raise ValueError(f"field keys and the index key are {KEY_BYTES} bytes each")
        if len({*keys.values(), index_key}) <= len(keys):
            raise ValueError("every field key and the index key must differ from each other")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._active = active
        self._index_key = index_key

    def seal(self, column: str, holder_id: int, text: str) -> bytes:
        """Encrypt `text` for one column of one holder under the active key."""
        header = _HEADER.pack(_SUITE_AES_256_GCM, self._active)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._ciphers[self._active].encrypt(nonce, text.encode(), _place(header, column, holder_id))
        return header + nonce + sealed

    def open(self, column: str, holder_id: int, record: bytes) -> str:
        """Decrypt a record made by `seal` for the same column and holder. Raises SealBrokenError."""
        header, nonce, sealed = _split(record)
        suite, key_id = _HEADER.unpack(header)
        if suite != _SUITE_AES_256_GCM or key_id not in self._ciphers:
            raise SealBrokenError(f"no key for suite {suite}, key id {key_id}")
        try:
            return self._ciphers[key_id].decrypt(nonce, sealed, _place(header, column, holder_id)).decode()
        except InvalidTag:
            raise SealBrokenError("the record was altered or moved") from None

    def reseal(self, column: str, holder_id: int, record: bytes) -> bytes:
        """The same field under the active key; the record itself if it already is. Raises SealBrokenError."""
        text = self.open(column, holder_id, record)
        return record if key_id_of(record) == self._active else self.seal(column, holder_id, text)

    def blind_index(self, column: str, text: str) -> bytes:
        """32 bytes by which an equal canonical `text` in `column` is found, and that tell nothing without the key."""
        return hmac.digest(self._index_key, _INDEX_DOMAIN + _framed(column, text), hashlib.sha256)


def key_id_of(record: bytes) -> int:
    """The id of the key a record is sealed under, for finding those that a rotation still has to reseal."""
    key_id: int = _HEADER.unpack(_split(record)[0])[1]
    return key_id


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def commitment(salt: bytes, *fields: str) -> bytes:
    """32 bytes that commit to `fields` in order and tell nothing about them once the salt is destroyed.

    HMAC-SHA-256 keyed with the salt over the length-prefixed fields: the ledger keeps this, the holder's row keeps
    the salt, and erasing the row leaves the ledger's chain whole but unlinkable.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt is {SALT_BYTES} bytes")
    return hmac.digest(salt, _COMMITMENT_DOMAIN + _framed(*fields), hashlib.sha256)


def _split(record: bytes) -> tuple[bytes, bytes, bytes]:
    body = _HEADER.size + _NONCE_BYTES
    if len(record) < body:
        raise SealBrokenError("the record is too short to be one")
    return record[: _HEADER.size], record[_HEADER.size : body], record[body:]


def _place(header: bytes, column: str, holder_id: int) -> bytes:
    return _SEAL_DOMAIN + header + to_unsigned(holder_id).to_bytes(8) + column.encode()


def _framed(*fields: str) -> bytes:
    """Each field as `length u32 ‖ UTF-8`, so that no two lists of fields give the same bytes."""
    return b"".join(len(field.encode()).to_bytes(4) + field.encode() for field in fields)
