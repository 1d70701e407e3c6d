"""The key ring: draws, rotates and revokes signing keys, and signs with them.

All of it lies in DATA_DIR/keys, never in the database: `directory.json` (see `key_directory`; private too, for it holds
the bind keys), `root.secret`, which signs what is published of it, and for each key id `NNNNN.secret` and
`NNNNN.issued`. The latter has one 24-byte record, the signed header, for each signature: a signature that it does not
count was made with a stolen key. Several processes share the folder; each notices within a second what another has
changed.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from voucher_service.clock import Clock, SystemClock
from voucher_service.signing import durable_files, key_directory, private_keys, signed_directory, voucher_code
from voucher_service.signing.errors import CodeUnknownKey, SigningKeyMissing
from voucher_service.signing.key_directory import KeyDirectory, KeyStatus, PublicKey, make_key
from voucher_service.signing.private_keys import UnusableSecret
from voucher_service.signing.signed_directory import ROOT_SUITE
from voucher_service.signing.suites import SUITES
from voucher_service.signing.voucher_code import Header

VALID: Final = timedelta(days=730)
ANNOUNCED: Final = timedelta(hours=24)
"""How long a new key is in the directory before it signs: devices off line synchronise once a day."""

_LOOK_AGAIN_SECONDS: Final = 1.0
_BIND_KEY_LENGTH: Final = 32
_KID_MAX: Final = 0xFFFF


class KeyRing:
    """Safe between threads and between processes. `clock` tells which key is in force."""

    def __init__(self, data_dir: Path, passphrase: str | None = None, clock: Clock | None = None) -> None:
        self.folder = data_dir / "keys"
        self._passphrase = passphrase
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._directory = key_directory.EMPTY
        self._signers: dict[int, Callable[[bytes], bytes]] = {}
        self._version: tuple[int, ...] | None = None
        self._looked_at = float("-inf")

    @property
    def directory(self) -> KeyDirectory:
        """Return the directory as it stood at most a second ago; ValueError when the file is damaged."""
        with self._lock:
            if time.monotonic() - self._looked_at >= _LOOK_AGAIN_SECONDS:
                self._look_again()
            return self._directory

    @property
    def active_key(self) -> PublicKey:
        """Return the key that signs now, the newest of the active ones in force; raises SigningKeyMissing."""
        key = _signing_key(self.directory, self._clock.now())
        if key is None:
            raise SigningKeyMissing
        return key

    def require_signer(self) -> PublicKey:
        """Return the key that signs now, its private half read and usable; raises SigningKeyMissing."""
        key = self.active_key
        self._signer(key)
        return key

    @property
    def active_key_id(self) -> int:
        """As `active_key`."""
        return self.active_key.kid

    def list(self) -> tuple[PublicKey, ...]:
        """Return all keys that ever were, oldest first."""
        return tuple(key for _, key in sorted(self.directory.keys.items()))

    def create(self, suite: int = 1, valid: timedelta = VALID) -> PublicKey:
        """Draw a key that is in force at once; raises SuiteUnavailable."""
        with self._changing() as directory:
            return self._add_key(directory, suite, self._clock.now(), valid)

    def rotate(self, announced: timedelta = ANNOUNCED, valid: timedelta = VALID) -> PublicKey:
        """Draw the successor of the signing key, which signs until `announced` is over and is valid until its own end.

        Keys superseded before, and successors not yet in force, are retired. After a theft, `revoke` and `create`.
        """
        with self._changing() as directory:
            now = self._clock.now()
            signing = _signing_key(directory, now)
            if signing is None:
                return self._add_key(directory, 1, now, valid)
            return self._add_key(_retired_but(signing, directory), signing.suite.number, now + announced, valid)

    def revoke(self, kid: int) -> PublicKey:
        """End a key and all of its codes, for good, and destroy its private half; raises CodeUnknownKey."""
        with self._changing() as directory:
            if kid not in directory.keys:
                raise CodeUnknownKey
            revoked = replace(directory.keys[kid], status=KeyStatus.REVOKED)
            self._write(directory.with_key(revoked))
            self._secret_file(kid).unlink(missing_ok=True)
            return revoked

    def revoke_voucher(self, voucher_id: int) -> None:
        """End all codes of a voucher (signed 64-bit id), for good and for every verifier; twice is no different."""
        with self._changing() as directory:
            if voucher_id not in directory.revoked_vouchers:
                self._write(directory.with_revoked_voucher(voucher_id))

    def sign_session(self, header: Header, anchor: bytes) -> bytes:
        """Sign a rotating header with the end of the phone's chain; raises SigningKeyMissing."""
        return self._sign(header, voucher_code.rotating_message(header.to_bytes(), anchor))

    def sign_printed(self, header: Header) -> bytes:
        """Sign a static header; raises SigningKeyMissing."""
        return self._sign(header, voucher_code.static_message(header.to_bytes()))

    def signatures_issued(self, kid: int) -> int:
        """Return how many signatures the key has given, in all processes; raises CodeUnknownKey."""
        try:
            return self._issued_file(kid).stat().st_size // voucher_code.HEADER_LENGTH
        except FileNotFoundError:
            raise CodeUnknownKey from None

    def _sign(self, header: Header, message: bytes) -> bytes:
        """Sign and count; nobody gets a signature that is not counted."""
        key = self.directory.keys.get(header.kid)
        if key is None or key.suite.number != header.suite or not _may_sign(key, self._clock.now()):
            raise SigningKeyMissing
        signature = self._signer(key)(message)
        durable_files.append(self._issued_file(key.kid), header.to_bytes())
        return signature

    def _signer(self, key: PublicKey) -> Callable[[bytes], bytes]:
        signer = self._signers.get(key.kid)
        if signer is None:
            try:
                secret = private_keys.read(self._secret_file(key.kid), key.kid, key.suite.number, self._passphrase)
            except UnusableSecret as unusable:
                raise SigningKeyMissing from unusable
            signer = self._signers[key.kid] = key.suite.signer(secret)
        return signer

    def _add_key(self, directory: KeyDirectory, suite: int, not_before: datetime, valid: timedelta) -> PublicKey:
        """Write the private half first: the directory never names a key that cannot sign."""
        kid = max(directory.keys, default=0) + 1
        if kid > _KID_MAX:
            raise ValueError("all key ids are used up")
        not_before = not_before.replace(microsecond=0)
        secret = SUITES[suite].new_secret()
        key = make_key(
            kid,
            SUITES[suite],
            SUITES[suite].public_key(secret),
            secrets.token_bytes(_BIND_KEY_LENGTH),
            not_before=not_before,
            not_after=not_before + valid,
        )
        private_keys.write(self._secret_file(kid), kid, suite, secret, self._passphrase)
        durable_files.replace(self._issued_file(kid), b"")
        self._write(directory.with_key(key))
        return key

    @contextmanager
    def _changing(self) -> Iterator[KeyDirectory]:
        """Hold the folder against other processes, and give the directory as it stands on disk."""
        with durable_files.one_at_a_time(self.folder):
            with self._lock:
                self._look_again()
            yield self._directory

    def published(self) -> dict[str, Any]:
        """Return the directory signed by the root key, for every verifier; see `signed_directory`.

        Raises SigningKeyMissing when the root's private half cannot be read here.
        """
        root = self._root()
        return signed_directory.publish(
            self.directory, ROOT_SUITE.public_key(root), ROOT_SUITE.signer(root), self._clock.now()
        )

    @property
    def root_public_key(self) -> bytes:
        """The key that verifiers are enrolled with and trust directories by; drawn when it is first asked for."""
        return ROOT_SUITE.public_key(self._root())

    def _root(self) -> bytes:
        path = self.folder / "root.secret"
        if not path.exists():
            with durable_files.one_at_a_time(self.folder):
                if not path.exists():
                    private_keys.write(path, 0, ROOT_SUITE.number, ROOT_SUITE.new_secret(), self._passphrase)
        try:
            return private_keys.read(path, 0, ROOT_SUITE.number, self._passphrase)
        except UnusableSecret as unusable:
            raise SigningKeyMissing from unusable

    def _write(self, directory: KeyDirectory) -> None:
        """Put a changed directory in the place of the one that `_changing` has just read, under the next number."""
        directory = replace(directory, sequence=self._directory.sequence + 1)
        durable_files.replace(self._directory_file, key_directory.dump(directory).encode("ascii"))
        with self._lock:
            self._look_again()

    def _look_again(self) -> None:
        """Read the directory if the file is another one; its version is taken first, so that a newer one is seen."""
        version = _version_of(self._directory_file)
        if version != self._version:
            self._directory = key_directory.load(self._directory_file.read_bytes()) if version else key_directory.EMPTY
            self._signers = {}
            self._version = version
        self._looked_at = time.monotonic()

    @property
    def _directory_file(self) -> Path:
        return self.folder / "directory.json"

    def _secret_file(self, kid: int) -> Path:
        return self.folder / f"{kid:05d}.secret"

    def _issued_file(self, kid: int) -> Path:
        return self.folder / f"{kid:05d}.issued"


def _may_sign(key: PublicKey, at: datetime) -> bool:
    return key.status is KeyStatus.ACTIVE and key.is_in_force(at)


def _signing_key(directory: KeyDirectory, at: datetime) -> PublicKey | None:
    able = [key for key in directory.keys.values() if _may_sign(key, at)]
    return max(able, key=lambda key: (key.not_before, key.kid), default=None)


def _retired_but(signing: PublicKey, directory: KeyDirectory) -> KeyDirectory:
    """Retire every active key but the one that signs."""
    for key in directory.keys.values():
        if key.status is KeyStatus.ACTIVE and key is not signing:
            directory = directory.with_key(replace(key, status=KeyStatus.RETIRED))
    return directory


def _version_of(path: Path) -> tuple[int, ...] | None:
    """Tell one state of a file from the next; None while there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
