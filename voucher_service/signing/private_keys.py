"""Private keys at rest: one file a key, mode 0600, sealed with the operator's passphrase where there is one.

    {"kid": 1, "suite": 1, "secret": "<hex>"}
    {"kid": 1, "suite": 1, "salt": "<hex>", "nonce": "<hex>", "sealed": "<hex>"}

Sealed is ChaCha20-Poly1305 under scrypt(passphrase, salt), bound to the key id and the suite. Bytes rather than
PKCS #8, because that has no form for SM2 here. A hardware module would take this file's place.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from voucher_service.signing import durable_files

_SALT_LENGTH: Final = 16
_NONCE_LENGTH: Final = 12
_OTHERS: Final = 0o077


class UnusableSecret(Exception):
    """The private key cannot be read; the message says why, and never what it is."""


def write(path: Path, kid: int, suite: int, secret: bytes, passphrase: str | None) -> None:
    entry: dict[str, int | str] = {"kid": kid, "suite": suite}
    if passphrase is None:
        entry["secret"] = secret.hex()
    else:
        salt, nonce = secrets.token_bytes(_SALT_LENGTH), secrets.token_bytes(_NONCE_LENGTH)
        sealed = _cipher(passphrase, salt).encrypt(nonce, secret, _bound_to(kid, suite))
        entry |= {"salt": salt.hex(), "nonce": nonce.hex(), "sealed": sealed.hex()}
    durable_files.replace(path, json.dumps(entry).encode("ascii") + b"\n")


def read(path: Path, kid: int, suite: int, passphrase: str | None) -> bytes:
    """Return the private key; raises UnusableSecret."""
    try:
        if path.stat().st_mode & _OTHERS:
            raise UnusableSecret(f"{path} can be read by others: chmod 600 it, and revoke the key if others did")
        entry = json.loads(path.read_bytes())
        if "secret" in entry:
            return bytes.fromhex(entry["secret"])
        if passphrase is None:
            raise UnusableSecret(f"{path} is sealed: set KEY_PASSPHRASE")
        salt, nonce, sealed = (bytes.fromhex(entry[name]) for name in ("salt", "nonce", "sealed"))
        return _cipher(passphrase, salt).decrypt(nonce, sealed, _bound_to(kid, suite))
    except InvalidTag:
        raise UnusableSecret(f"{path} does not open with this passphrase, or was altered") from None
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise UnusableSecret(f"{path} is no private key: {type(wrong).__name__}") from None


def _cipher(passphrase: str, salt: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode()))


def _bound_to(kid: int, suite: int) -> bytes:
    return f"voucher signing key {kid} of suite {suite}".encode("ascii")
