"""The three pairs of signature and hash that a header can name.

1 Ed25519 + SHA-256 · 2 SM2 + SM3, only where `gmssl-pyx` is installed · 3 ES256 + SHA-256. A hardware module would be
one more `Suite`. A signature is 64 raw bytes and not malleable: Ed25519 refuses S >= L, ES256 refuses a high s.
"""

from __future__ import annotations

import hmac
import importlib
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNATURE_LENGTH: Final = 64
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_P256: Final = ec.SECP256R1()
_ECDSA: Final = ec.ECDSA(hashes.SHA256())
_ECDSA_SIGNING: Final = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
_SCALAR_LENGTH: Final = 32
_POINT_LENGTH: Final = 64
_UNCOMPRESSED: Final = b"\x04"


class SuiteUnavailable(Exception):
    """The suite exists, but this installation lacks the library for it."""


class Suite(Protocol):
    """One signature algorithm with its hash. Keys are encoded bytes, a signature is 64 raw bytes."""

    number: int
    name: str

    def digest(self, data: bytes) -> bytes:
        """Return the 32-byte hash of `data`."""

    def keyed_digest(self, key: bytes, data: bytes) -> bytes:
        """Return the 32-byte HMAC of `data`."""

    def new_secret(self) -> bytes:
        """Draw a private key."""

    def public_key(self, secret: bytes) -> bytes:
        """Return the public half of a private key; ValueError when the bytes are none."""

    def signer(self, secret: bytes) -> Callable[[bytes], bytes]:
        """Return the function from a message to its signature; ValueError as above."""

    def verifier(self, public_key: bytes) -> Callable[[bytes, bytes], bool]:
        """Return the judge of (signature, message); ValueError when the bytes are no public key."""


class _Sha256:
    def digest(self, data: bytes) -> bytes:
        return sha256(data).digest()

    def keyed_digest(self, key: bytes, data: bytes) -> bytes:
        return hmac.digest(key, data, "sha256")


class Ed25519(_Sha256):
    """RFC 8032; the public key is its 32 bytes."""

    number = 1
    name = "Ed25519+SHA-256"

    def new_secret(self) -> bytes:
        return secrets.token_bytes(_SCALAR_LENGTH)

    def public_key(self, secret: bytes) -> bytes:
        return ed25519.Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()

    def signer(self, secret: bytes) -> Callable[[bytes], bytes]:
        return ed25519.Ed25519PrivateKey.from_private_bytes(secret).sign

    def verifier(self, public_key: bytes) -> Callable[[bytes, bytes], bool]:
        """By libsodium, which takes half of OpenSSL's time and refuses every malleable signature and weak point too."""
        ed25519.Ed25519PublicKey.from_public_bytes(public_key)

        def verifies(signature: bytes, message: bytes) -> bool:
            if len(signature) != SIGNATURE_LENGTH:
                return False
            try:
                crypto_sign_open(signature + message, public_key)
            except BadSignatureError:
                return False
            return True

        return verifies


class Es256(_Sha256):
    """ECDSA on P-256, r‖s raw with s at most half the order; the public key is a SEC 1 point, or X‖Y bare."""

    number = 3
    name = "ES256+SHA-256"

    def new_secret(self) -> bytes:
        return (1 + secrets.randbelow(P256_ORDER - 1)).to_bytes(_SCALAR_LENGTH, "big")

    def public_key(self, secret: bytes) -> bytes:
        numbers = self._private_key(secret).public_key().public_numbers()
        return _UNCOMPRESSED + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")

    def signer(self, secret: bytes) -> Callable[[bytes], bytes]:
        private_key = self._private_key(secret)

        def sign(message: bytes) -> bytes:
            r, s = decode_dss_signature(private_key.sign(message, _ECDSA_SIGNING))
            return r.to_bytes(32, "big") + min(s, P256_ORDER - s).to_bytes(32, "big")

        return sign

    def verifier(self, public_key: bytes) -> Callable[[bytes, bytes], bool]:
        point = _UNCOMPRESSED + public_key if len(public_key) == _POINT_LENGTH else public_key
        check = ec.EllipticCurvePublicKey.from_encoded_point(_P256, point).verify

        def verifies(signature: bytes, message: bytes) -> bool:
            s = int.from_bytes(signature[32:], "big")
            if s > P256_ORDER // 2:
                return False
            try:
                check(encode_dss_signature(int.from_bytes(signature[:32], "big"), s), message, _ECDSA)
            except InvalidSignature:
                return False
            return True

        return verifies

    @staticmethod
    def _private_key(secret: bytes) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(secret, "big"), _P256)


class Sm2:
    """GB/T 32918 with the default signer id, r‖s raw; the public key is X‖Y, the secret is the scalar and then X‖Y."""

    number = 2
    name = "SM2+SM3"

    def digest(self, data: bytes) -> bytes:
        hasher = hashes.Hash(hashes.SM3())
        hasher.update(data)
        return hasher.finalize()

    def keyed_digest(self, key: bytes, data: bytes) -> bytes:
        return bytes(_gmssl().sm3_hmac(key, data))

    def new_secret(self) -> bytes:
        public_key, scalar = _gmssl().sm2_key_generate()
        return bytes(scalar + public_key)

    def public_key(self, secret: bytes) -> bytes:
        if len(secret) != _SCALAR_LENGTH + _POINT_LENGTH:
            raise ValueError("an SM2 secret is 96 bytes: the scalar and the public point")
        return secret[_SCALAR_LENGTH:]

    def signer(self, secret: bytes) -> Callable[[bytes], bytes]:
        gmssl, scalar, point = _gmssl(), secret[:_SCALAR_LENGTH], self.public_key(secret)

        def sign(message: bytes) -> bytes:
            r, s = decode_dss_signature(gmssl.sm2_sign(scalar, point, message))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")

        return sign

    def verifier(self, public_key: bytes) -> Callable[[bytes, bytes], bool]:
        gmssl, point = _gmssl(), public_key[-_POINT_LENGTH:]
        if public_key not in {point, _UNCOMPRESSED + point} or len(point) != _POINT_LENGTH:
            raise ValueError("an SM2 public key is 64 bytes, or 65 with the SEC 1 prefix")

        def verifies(signature: bytes, message: bytes) -> bool:
            der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
            try:
                return bool(gmssl.sm2_verify(point, message, der))
            except gmssl.GmsslInnerError:
                return False

        return verifies


def _gmssl() -> Any:
    try:
        return importlib.import_module("gmssl_pyx")
    except ImportError as absent:
        raise SuiteUnavailable("suite 2 needs the optional extra: pip install 'voucher-service[sm2]'") from absent


SUITES: Final[dict[int, Suite]] = {suite.number: suite for suite in (Ed25519(), Sm2(), Es256())}
