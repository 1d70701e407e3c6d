"""The bytes of a ledger leaf, version 1: what exactly is hashed when a fact is sealed.

Layout, big-endian, behind the domain tag `tvl1:fact:` (10 bytes):

    u8  version = 1      u32 region_id     i64 voucher_id    u32 seq
    u16 move number      u8  from state    u8  to state      u32 programme_id
    u32 period (yyyymm)  u32 month (yyyymm)                  i64 amount_fen
    u8  length of actor_role, then its ASCII bytes           i64 actor_id
    i64 reference_id (0 = none)            i64 recorded_at, microseconds since the Unix epoch, UTC
    u8  1 and 32 bytes of commitment, or u8 0

The numbers of moves and states are those of `ledger/rules.py`. The leaf hash is SHA-256(0x00 ‖ bytes), RFC 9162
section 2.1.1. A person appears only through the salted commitment, so that erasing the salt erases the person.
"""

from __future__ import annotations

import hashlib
import struct
from typing import Any, NamedTuple

from voucher_service.identifiers import from_hex, to_hex
from voucher_service.ledger.rules import STATE_NUMBER, move_of

TAG = b"tvl1:fact:"
VERSION = 1
HASH_LENGTH = 32
_HEAD = struct.Struct(">BIqIHBBIIIq")
_TAIL = struct.Struct(">qqq")


class FactRow(NamedTuple):
    """A fact as the sealer reads it; times in microseconds since the Unix epoch, amounts in fen."""

    region_id: int
    voucher_id: int
    seq: int
    kind: str
    from_state: str
    to_state: str
    programme_id: int
    period: int
    month: int
    amount_fen: int
    actor_role: str
    actor_id: int
    reference_id: int | None
    commitment: bytes | None
    recorded_at: int


_WHOLE = ("region_id", "seq", "programme_id", "period", "month", "amount_fen", "recorded_at")


def pack(fact: FactRow) -> bytes:
    """Return the bytes of one fact; raises KeyError for an unlawful move and struct.error for a value out of range."""
    role = fact.actor_role.encode("ascii")
    number = move_of(fact.kind, fact.from_state, fact.to_state).number
    head = _HEAD.pack(
        VERSION, fact.region_id, fact.voucher_id, fact.seq, number, STATE_NUMBER[fact.from_state],
        STATE_NUMBER[fact.to_state], fact.programme_id, fact.period, fact.month, fact.amount_fen,
    )  # fmt: skip
    tail = _TAIL.pack(fact.actor_id, fact.reference_id or 0, fact.recorded_at)
    commitment = b"\x00" if fact.commitment is None else b"\x01" + fact.commitment
    return TAG + head + bytes((len(role),)) + role + tail + commitment


def leaf_hash(fact: FactRow) -> bytes:
    return hashlib.sha256(b"\x00" + pack(fact)).digest()


def fact_document(fact: FactRow) -> dict[str, Any]:
    """Return a fact as it is exported and as a receipt shows it: identifiers and commitment in hex."""
    return fact._asdict() | {
        "voucher_id": to_hex(fact.voucher_id),
        "actor_id": to_hex(fact.actor_id),
        "reference_id": None if fact.reference_id is None else to_hex(fact.reference_id),
        "commitment": None if fact.commitment is None else fact.commitment.hex(),
    }


def fact_of(document: dict[str, Any]) -> FactRow:
    """Read a fact document; raises KeyError, TypeError or ValueError for anything else."""
    if document.keys() != set(FactRow._fields):
        raise ValueError("a fact has exactly the members " + ", ".join(FactRow._fields))
    if any(type(document[name]) is not int for name in _WHOLE):
        raise TypeError("a number of a fact is whole")
    reference, commitment = document["reference_id"], document["commitment"]
    return FactRow(**document)._replace(
        voucher_id=from_hex(document["voucher_id"]),
        actor_id=from_hex(document["actor_id"]),
        reference_id=None if reference is None else from_hex(reference),
        commitment=None if commitment is None else hash_of(commitment),
    )


def hash_of(text: str) -> bytes:
    """Read 64 lower-case hex digits; raises ValueError, so that a hash is written in one way only."""
    found = bytes.fromhex(text)
    if len(found) != HASH_LENGTH or found.hex() != text:
        raise ValueError("a hash is 64 lower-case hex digits")
    return found
