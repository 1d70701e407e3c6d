"""Fixed, invented secrets, and voucher codes drawn from them.

The list of cases that the golden vectors are made of starts here, empty.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from voucher_service.signing import chain, holder_tag, key_directory, voucher_code
from voucher_service.signing.key_directory import KeyDirectory, KeyStatus, make_key
from voucher_service.signing.live_session import LiveSession
from voucher_service.signing.suites import SUITES
from voucher_service.signing.voucher_code import SANDBOX, CodeType, Header, StaticCode

START = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
STEP = timedelta(seconds=30)
VOUCHER, REVOKED_VOUCHER, OTHER_VOUCHER = 0x0123456789ABCDEF, -0x7EDCBA9876543211, 0x00000000000000A7

# Invented people: the region 000000 does not exist.
PLAIN = ("000000199001010018", "张三试")
WITH_X = ("00000019900101019X", "李四试")
MINORITY = ("000000199001010034", "阿卜杜拉·试例")
RARE = ("000000199001010050", "𠮷田𬭸")


def secret_of(label: str, length: int = 32) -> bytes:
    return sha256(b"golden vectors, no secret: " + label.encode()).digest()[:length]


KEYS = {  # kid: suite, status, not before, not after
    1: (1, "active", "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z"),
    3: (3, "active", "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z"),
    4: (1, "retired", "2025-01-01T00:00:00Z", "2028-01-01T00:00:00Z"),
    5: (1, "revoked", "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z"),
    6: (1, "active", "2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"),
    7: (1, "active", "2025-01-01T00:00:00Z", "2026-05-06T01:30:00Z"),
    8: (1, "active", "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z"),
}
WITHOUT_BIND_KEY = 8


def make_directory() -> KeyDirectory:
    keys = {}
    for kid, (suite, status, not_before, not_after) in KEYS.items():
        keys[kid] = make_key(
            kid,
            SUITES[suite],
            SUITES[suite].public_key(secret_of(f"key {kid}")),
            None if kid == WITHOUT_BIND_KEY else secret_of(f"bind {kid}"),
            not_before=key_directory.read_instant(not_before),
            not_after=key_directory.read_instant(not_after),
            status=KeyStatus(status),
        )
    return KeyDirectory(keys=keys, revoked_vouchers=frozenset({REVOKED_VOUCHER}))


def make_header(
    code_type: CodeType = CodeType.ROTATING, kid: int = 1, person: tuple[str, str] = PLAIN, **changed: Any
) -> Header:
    suite = KEYS[kid][0]
    voucher_id = changed.get("voucher_id", VOUCHER)
    header = Header(
        code_type=code_type,
        suite=suite,
        flags=SANDBOX,
        kid=kid,
        voucher_id=voucher_id,
        programme_number=411200,
        start_minute=voucher_code.minutes_since_epoch(START),
        lifetime=24 if code_type is CodeType.ROTATING else 90,
        amount_yuan=0,
        holder_tag=holder_tag.make(SUITES[suite], secret_of(f"bind {kid}"), voucher_id, *person),
    )
    return header._replace(**changed)


def open_session(header: Header, signing_kid: int | None = None) -> LiveSession:
    """The phone's chain and the city's signature; `signing_kid` signs with another key than the header names."""
    y0 = secret_of("y0", 16)
    anchor = chain.anchor_of(y0, header, SUITES[header.suite].digest)
    signature = sign(signing_kid or header.kid, voucher_code.rotating_message(header.to_bytes(), anchor))
    return LiveSession(y0, header, signature)


def static_code(header: Header) -> bytes:
    signature = sign(header.kid, voucher_code.static_message(header.to_bytes()))
    return StaticCode(header, header.to_bytes(), signature).to_bytes()


def sign(kid: int, message: bytes) -> bytes:
    return SUITES[KEYS[kid][0]].signer(secret_of(f"key {kid}"))(message)


def digits_of(code: bytes) -> str:
    return voucher_code.to_digits(code)


def bytes_of(digits: str) -> bytes:
    return voucher_code.to_bytes(digits)


def flipped(digits: str, bit: int, offset: int) -> str:
    code = bytearray(bytes_of(digits))
    code[offset] ^= 1 << bit
    return digits_of(bytes(code))


def with_byte(code: bytes, offset: int, value: int) -> bytes:
    return code[:offset] + bytes([value]) + code[offset + 1 :]


def moment_of(step: int, seconds: int = 0) -> datetime:
    return START + step * STEP + timedelta(seconds=seconds)


class Cases:
    """The list under way; a name is used once."""

    def __init__(self) -> None:
        self.listed: dict[str, dict[str, Any]] = {}

    def add(
        self,
        name: str,
        digits: str,
        at: datetime,
        expect: dict[str, Any],
        *,
        offline: bool = False,
        card: tuple[str, str] | None = None,
        redemption: str | None = None,
    ) -> None:
        if name in self.listed:
            raise ValueError(name)
        case: dict[str, Any] = {
            "name": name,
            "digits": digits,
            "at": key_directory.write_instant(at),
            "offline": offline,
            "id": card[0] if card else None,
            "name_given": card[1] if card else None,
            "expect": expect,
        }
        if redemption:
            case["redemption"] = redemption
        self.listed[name] = case

    def refuse(self, name: str, digits: str, at: datetime, code: str, *, offline: bool = False) -> None:
        self.add(name, digits, at, {"verdict": code}, offline=offline)


def accepted(
    header: Header, step: int | None, holder: str = "unchecked", *, clock_suspect: bool = False
) -> dict[str, Any]:
    return {
        "verdict": "ok",
        "type": "S" if header.code_type is CodeType.STATIC else "R",
        "kid": header.kid,
        "voucher": f"{header.voucher_id & (2**64 - 1):016x}",
        "programme": header.programme_number,
        "step": step,
        "issued_at": "2026-05-06T01:00:00Z",
        "amount_yuan": header.amount_yuan,
        "holder": holder,
        "clock_suspect": clock_suspect,
    }
