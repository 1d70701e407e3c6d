"""Signed heads: one statement about every region's tree, its key, and the file in which it is published.

What is signed, big-endian, behind the domain tag `tvl1:head:` (10 bytes):

    u8 version = 1    i64 head_no    i64 sealed_at, microseconds since the Unix epoch, UTC
    u32 number of regions            32 bytes: root of roots

The root of roots is the root of an RFC 9162 tree with one leaf for each region, in the order of their numbers:
SHA-256(0x00 ‖ `tvl1:region:` ‖ u32 region_id ‖ u64 tree size ‖ 32 bytes root). The signature is Ed25519; `key_id` is
the first 8 bytes of SHA-256(raw public key) in hex.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import struct
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from sqlalchemy import select

from voucher_service.clock import to_microseconds
from voucher_service.database import db
from voucher_service.ledger import tree
from voucher_service.ledger.models import Head

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from voucher_service.settings import Settings

TAG: Final = b"tvl1:head:"
REGION_TAG: Final = b"tvl1:region:"
VERSION: Final = 1
_STATEMENT = struct.Struct(">BqqI32s")
_REGION = struct.Struct(">IQ32s")
_LAST_LINE_BYTES_MAX = 1 << 20


class RegionHead(NamedTuple):
    """One region's tree at the time of a head."""

    region_id: int
    tree_size: int
    root: bytes


def region_leaf(region: RegionHead) -> bytes:
    return hashlib.sha256(b"\x00" + REGION_TAG + _REGION.pack(*region)).digest()


def root_of_roots(regions: Iterable[RegionHead]) -> bytes:
    return tree.root_of(region_leaf(region) for region in regions)


def statement(head_no: int, sealed_at: datetime, regions: int, root: bytes) -> bytes:
    """Return the bytes that are signed; `regions` is their number."""
    return TAG + _STATEMENT.pack(VERSION, head_no, to_microseconds(sealed_at), regions, root)


def regions_of(head: Head) -> list[RegionHead]:
    return [
        RegionHead(int(str(region)), int(str(size)), bytes.fromhex(str(root))) for region, size, root in head.regions
    ]


def sign_head(head_no: int, sealed_at: datetime, regions: list[RegionHead], key: Ed25519PrivateKey) -> Head:
    root = root_of_roots(regions)
    return Head(
        head_no=head_no,
        sealed_at=sealed_at,
        root=root,
        regions=[[region.region_id, region.tree_size, region.root.hex()] for region in regions],
        key_id=key_id(key.public_key()),
        signature=key.sign(statement(head_no, sealed_at, len(regions), root)),
    )


def key_id(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).digest()[:8].hex()


def public_pem(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def ledger_key(settings: Settings) -> Ed25519PrivateKey:
    """Return the key that signs heads, made at the first call: DATA_DIR/keys/ledger.key, mode 0600.

    Raises ValueError or TypeError when the passphrase does not fit the file.
    """
    path = settings.data_dir / "keys" / "ledger.key"
    passphrase = settings.key_passphrase.encode() if settings.key_passphrase else None
    if not path.exists():
        _write_new_key(path, passphrase)
    key = load_pem_private_key(path.read_bytes(), passphrase)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} is not an Ed25519 key")
    return key


def _write_new_key(path: Path, passphrase: bytes | None) -> None:
    """Write beside the place and link into it, so that nobody reads half a key and two makers agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    locked: KeySerializationEncryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked)
    draft = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def head_document(head: Head) -> dict[str, Any]:
    """Return a head as it is published and exported: hashes and signature in hex, time in microseconds."""
    return {
        "head_no": head.head_no,
        "sealed_at": to_microseconds(head.sealed_at),
        "root": head.root.hex(),
        "regions": head.regions,
        "key_id": head.key_id,
        "signature": head.signature.hex(),
    }


def json_line(document: Mapping[str, Any]) -> bytes:
    """Return one line of JSON whose bytes depend on nothing but the document."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def publish_heads(path: Path) -> int:
    """Append every head that the file does not hold yet, and return how many that were.

    Processes take turns by a lock on the file; half a line, left by a crash, is written anew.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        published = 0
        for head in _heads_after(_last_head_no(file)):
            file.write(json_line(head_document(head)))
            published += 1
        if published:
            file.flush()
            os.fsync(file.fileno())
    return published


def _heads_after(head_no: int) -> Iterator[Head]:
    return iter(db.session.scalars(select(Head).where(Head.head_no > head_no).order_by(Head.head_no)))


def _last_head_no(file: BinaryIO) -> int:
    """Return the number on the last whole line, 0 for none, and cut off what stands behind it."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - _LAST_LINE_BYTES_MAX))
    lines = file.read().split(b"\n")
    if lines[-1]:
        file.truncate(end - len(lines[-1]))
    return int(json.loads(lines[-2])["head_no"]) if len(lines) > 1 else 0
