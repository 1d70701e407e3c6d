"""Draws tests/golden/vectors.json: voucher codes from fixed, invented secrets, each with the verdict it must get.

Run `python tests/golden/make_vectors.py` after a change to the layout; a test fails when the file is stale. Every
expectation is written here by hand from the layout, none is copied from what the verifier answers. The file is meant for
verifiers in other languages too: `judge(digits, directory, at, offline, id, name_given)` must equal `expect`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from voucher_service.signing import chain, holder_tag, key_directory, voucher_code
from voucher_service.signing.key_directory import KeyDirectory, KeyStatus, make_key
from voucher_service.signing.live_session import LiveSession
from voucher_service.signing.suites import P256_ORDER, SUITES
from voucher_service.signing.voucher_code import (
    FACE_VALUE_PRESENT,
    ON_SITE_CHECK,
    SANDBOX,
    CodeType,
    Header,
    ListCode,
    RotatingCode,
    StaticCode,
)

FILE = Path(__file__).with_name("vectors.json")
START = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
STEP = timedelta(seconds=30)
VOUCHER, REVOKED_VOUCHER, OTHER_VOUCHER = 0x0123456789ABCDEF, -0x7EDCBA9876543211, 0x00000000000000A7
ED25519_L = 2**252 + 27742317777372353535851937790883648493

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
            key_directory.read_instant(not_before),
            key_directory.read_instant(not_after),
            KeyStatus(status),
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


def add_steps(cases: Cases) -> None:
    """Every session length, at the steps where a byte, the chain or the session turns over."""
    for kid in (1, 3):
        for hours in (1, 24, 72):
            session = open_session(make_header(kid=kid, lifetime=hours))
            last = hours * 120 - 1
            for step in sorted({0, 1, 119, 255, 256, last}):
                if step <= last:
                    name = f"suite {session.header.suite}, {hours} h, step {step}"
                    cases.add(name, session.code_of_step(step), moment_of(step), accepted(session.header, step))


def add_windows(cases: Cases) -> None:
    """One step either way on line, four off line; beyond the on-line window the clock is suspect."""
    session = open_session(make_header())
    shown = session.code_of_step(300)
    for late in (-5, -4, -2, -1, 1, 2, 4, 5):
        at, ok = moment_of(300 + late), accepted(session.header, 300)
        suspect = accepted(session.header, 300, clock_suspect=True)
        refused = {"verdict": "code_stale"}
        cases.add(f"on line, {late:+d} steps", shown, at, ok if abs(late) == 1 else refused)
        offline = ok if abs(late) == 1 else suspect if abs(late) <= 4 else refused
        cases.add(f"off line, {late:+d} steps", shown, at, offline, offline=True)
    cases.add("last microsecond of a step", shown, moment_of(301) - timedelta(microseconds=1), ok_step(session, 300))
    cases.refuse("an hour stale", shown, moment_of(420), "code_stale")
    cases.refuse("an hour early", shown, moment_of(180), "code_stale")
    cases.refuse(
        "256 steps later the step byte fits and the chain does not", shown, moment_of(556), "code_bad_signature"
    )
    cases.refuse("256 steps earlier likewise", shown, moment_of(44), "code_bad_signature")
    first, last = session.code_of_step(0), session.code_of_step(2879)
    cases.refuse("before the session", first, START - timedelta(seconds=1), "code_outside_session")
    cases.add("first instant of the session", first, START, ok_step(session, 0))
    cases.add("last second of the session", last, moment_of(2880, -1), ok_step(session, 2879))
    cases.refuse("at the end of the session", last, moment_of(2880), "code_outside_session")
    cases.refuse("at the end of the session, off line", last, moment_of(2880), "code_outside_session", offline=True)
    before_first = digits_of(_with_byte(bytes_of(first), 24, 255))
    cases.refuse("a step before the first", before_first, START, "code_stale")
    after_last = digits_of(_with_byte(bytes_of(last), 24, 2880 % 256))
    cases.refuse("a step after the last", after_last, moment_of(2879), "code_stale")


def ok_step(session: LiveSession, step: int) -> dict[str, Any]:
    return accepted(session.header, step)


def _with_byte(code: bytes, offset: int, value: int) -> bytes:
    return code[:offset] + bytes([value]) + code[offset + 1 :]


def add_fields(cases: Cases) -> None:
    """Extremes of the fields, all genuine."""
    changes: dict[str, dict[str, Any]] = {
        "face value 0": {"amount_yuan": 0},
        "face value 65535": {"amount_yuan": 65535, "flags": SANDBOX | FACE_VALUE_PRESENT},
        "on-site check": {"flags": SANDBOX | ON_SITE_CHECK},
        "no flags": {"flags": 0},
        "programme 0": {"programme_number": 0},
        "programme 16777215": {"programme_number": 2**24 - 1},
        "voucher id with leading zeros": {"voucher_id": OTHER_VOUCHER},
        "voucher id with the top bit": {"voucher_id": -1},
        "retired key": {"kid": 4},
    }
    for name, changed in changes.items():
        session = open_session(make_header(**changed))
        cases.add(name, session.code_of_step(7), moment_of(7), accepted(session.header, 7))
    static = make_header(CodeType.STATIC)
    for days, late in ((1, 0), (90, 89), (255, 254)):
        header = static._replace(lifetime=days)
        at = START + timedelta(days=late, hours=23, minutes=59, seconds=59)
        code = digits_of(static_code(header))
        needs = "code_static_needs_person_check"
        cases.add(f"printed, {days} days, last second", code, at, accepted(header, None), redemption=needs)
        cases.refuse(f"printed, {days} days, over", code, at + timedelta(seconds=1), "code_outside_session")
    header = make_header(CodeType.STATIC, kid=3)
    cases.add("printed, suite 3", digits_of(static_code(header)), START, accepted(header, None))
    cases.refuse("printed, before its issue", digits_of(static_code(header)), moment_of(-1), "code_outside_session")
    listed = digits_of(ListCode(1, OTHER_VOUCHER, 7, secret_of("y0", 16)).to_bytes())
    if not listed.startswith("0"):
        raise ValueError("this vector is meant to lead with a zero")
    cases.refuse("list code, leading zero", listed, START, "code_needs_list")
    cases.refuse("list code without its leading zero", listed[1:], START, "code_malformed")


def add_holders(cases: Cases) -> None:
    """Identity cards, and the ways in which the same name is typed."""
    people = {"plain": PLAIN, "ID with X": WITH_X, "minority name": MINORITY, "rare character": RARE}
    for kid in (1, 3):
        for label, person in people.items():
            session = open_session(make_header(kid=kid, person=person))
            other = WITH_X if person is not WITH_X else PLAIN
            cards = {
                "": (person, "match"),
                ", wrong ID": ((other[0], person[1]), "id_mismatch"),
                ", wrong name": ((person[0], "王五试"), "name_mismatch"),
            }
            for suffix, (card, holder) in cards.items():
                name = f"holder, suite {session.header.suite}, {label}{suffix}"
                cases.add(name, session.code_of_step(9), moment_of(9), accepted(session.header, 9, holder), card=card)
    add_spellings(cases)


def add_spellings(cases: Cases) -> None:
    spellings = {
        "lower-case x": (WITH_X, (WITH_X[0].lower(), WITH_X[1]), "match"),
        "spaces around the ID": (PLAIN, (f" {PLAIN[0]} ", PLAIN[1]), "match"),
        "wrong check digit": (PLAIN, (PLAIN[0][:-1] + "2", PLAIN[1]), "id_mismatch"),
        "ID of 15 digits": (PLAIN, ("000000900101001", PLAIN[1]), "id_mismatch"),
        "full-width ID": (PLAIN, ("".join(chr(ord(c) + 0xFEE0) for c in PLAIN[0]), PLAIN[1]), "id_mismatch"),
        "empty ID": (PLAIN, ("", PLAIN[1]), "id_mismatch"),
        "bullet as middle dot": (MINORITY, (MINORITY[0], "阿卜杜拉\u2022试例"), "match"),
        "katakana middle dot": (MINORITY, (MINORITY[0], "阿卜杜拉\u30fb试例"), "match"),
        "half-width middle dot": (MINORITY, (MINORITY[0], "阿卜杜拉\uff65试例"), "match"),
        "hyphenation point": (MINORITY, (MINORITY[0], "阿卜杜拉\u2027试例"), "match"),
        "spaces in the name": (MINORITY, (MINORITY[0], " 阿卜杜拉 ·\u3000试例"), "match"),
        "full-width letters": ((PLAIN[0], "A张三"), (PLAIN[0], "\uff21张三"), "match"),
    }
    for label, (person, card, holder) in spellings.items():
        session = open_session(make_header(person=person))
        expect = accepted(session.header, 9, holder)
        cases.add(f"holder, {label}", session.code_of_step(9), moment_of(9), expect, card=card)
    session = open_session(make_header(kid=WITHOUT_BIND_KEY))
    at, digits = moment_of(9), session.code_of_step(9)
    cases.add("holder, verifier without a bind key", digits, at, accepted(session.header, 9), card=PLAIN)
    header = make_header(CodeType.STATIC, person=RARE)
    cases.add("holder, printed", digits_of(static_code(header)), START, accepted(header, None, "match"), card=RARE)


def add_texts(cases: Cases) -> None:
    """What a line can be instead of a code."""
    session = open_session(make_header())
    good, at = session.code_of_step(7), moment_of(7)
    texts = {
        "empty": "",
        "one digit": "7",
        "short by one": good[:-1],
        "long by one": good + "0",
        "a zero in front": "0" + good,
        "overflow": "9" * 253,
        "smallest overflow": str(2**840),
        "printed overflow": "9" * 212,
        "list overflow": "9" * 63,
        "full-width digits": "".join(chr(ord(c) + 0xFEE0) for c in good),
        "one full-width digit": good[:-1] + chr(ord(good[-1]) + 0xFEE0),
        "Arabic-Indic digits": "".join(chr(ord(c) - 48 + 0x660) for c in good),
        "superscript two": good[:-1] + "\u00b2",
        "leading space": " " + good[1:],
        "trailing space": good[:-1] + " ",
        "space after": good + " ",
        "plus sign": "+" + good[1:],
        "minus sign": "-" + good[1:],
        "underscore": good[:100] + "_" + good[101:],
        "letters": good[:-1] + "a",
        "NUL": good[:-1] + "\x00",
        "hexadecimal": bytes_of(good).hex(),
        "length of no type": good[:232],
    }
    for name, text in texts.items():
        cases.refuse(f"text, {name}", text, at, "code_malformed")
    cases.refuse("text, all zeros", "0" * 253, at, "code_unsupported")
    cases.refuse("text, largest that fits", str(2**840 - 1), at, "code_unsupported")


def add_kinds(cases: Cases) -> None:
    """First bytes that this version does not speak, and types of another length."""
    rotating = bytes_of(open_session(make_header()).code_of_step(7))
    static = static_code(make_header(CodeType.STATIC))
    listed = ListCode(1, VOUCHER, 7, secret_of("y0", 16)).to_bytes()
    at = moment_of(7)
    for version in (0, 2, 7):
        cases.refuse(f"version {version}", _first(rotating, version << 5 | 0b01001), at, "code_unsupported")
    for suite in (0, 4, 5, 6, 7):
        cases.refuse(f"suite {suite}", _first(rotating, 0b00101000 | suite), at, "code_unsupported")
        cases.refuse(f"list code, suite {suite}", _first(listed, 0b00110000 | suite), at, "code_unsupported")
    cases.refuse("type 3", _first(rotating, 0b00111001), at, "code_unsupported")
    for label, code in {"rotating": rotating, "static": static, "list": listed}.items():
        for letter, bits in {"static": 0, "rotating": 1, "list": 2}.items():
            if letter != label:
                first = 0b00100001 | bits << 3
                cases.refuse(f"{letter} in the length of {label}", _first(code, first), at, "code_unsupported")
    for suite in (2, 3):
        cases.refuse(f"suite {suite} over key 1", _first(rotating, 0b00101000 | suite), at, "code_suite_mismatch")


def _first(code: bytes, first: int) -> str:
    return digits_of(bytes([first]) + code[1:])


def add_flips(cases: Cases) -> None:
    """Every field with a bit flipped. One minute of the start moves the step by two: stale on line."""
    for kid in (1, 3):
        code = open_session(make_header(kid=kid)).code_of_step(1000)
        suite = KEYS[kid][0]
        for field, (offset, bit, refusal) in ROTATING_FLIPS.items():
            name = f"suite {suite}, bit flipped in {field}"
            cases.refuse(name, flipped(code, bit, offset), moment_of(1000), refusal)
        late = flipped(code, 0, 17)
        name = f"suite {suite}, bit flipped in start, off line"
        cases.refuse(name, late, moment_of(1000), "code_bad_signature", offline=True)
        printed = digits_of(static_code(make_header(CodeType.STATIC, kid=kid)))
        for field, (offset, bit, refusal) in STATIC_FLIPS.items():
            name = f"suite {suite}, printed, bit flipped in {field}"
            cases.refuse(name, flipped(printed, bit, offset), moment_of(1000), refusal)


ROTATING_FLIPS = {
    "version": (0, 5, "code_unsupported"),
    "type": (0, 3, "code_unsupported"),
    "suite": (0, 2, "code_unsupported"),
    "sandbox flag": (1, 0, "code_bad_signature"),
    "face value flag": (1, 1, "code_bad_signature"),
    "on-site flag": (1, 2, "code_bad_signature"),
    **{f"reserved flag {bit}": (1, bit, "code_reserved_bits") for bit in range(3, 8)},
    "key id, high byte": (2, 0, "code_unknown_key"),
    "key id, low byte": (3, 6, "code_unknown_key"),
    "voucher id": (4, 7, "code_bad_signature"),
    "voucher id, last bit": (11, 0, "code_bad_signature"),
    "programme": (12, 0, "code_bad_signature"),
    "start, by years": (15, 3, "code_outside_session"),
    "start, by a minute": (17, 0, "code_stale"),
    "lifetime, to 56 h": (18, 5, "code_bad_signature"),
    "lifetime, to 8 h": (18, 4, "code_outside_session"),
    "lifetime, to 152 h": (18, 7, "code_outside_session"),
    "face value": (19, 0, "code_bad_signature"),
    "face value, last bit": (20, 0, "code_bad_signature"),
    "holder tag, ID": (21, 0, "code_bad_signature"),
    "holder tag, name": (23, 0, "code_bad_signature"),
    "step, last bit": (24, 0, "code_bad_signature"),
    "step, first bit": (24, 7, "code_stale"),
    "chain value, first bit": (25, 7, "code_bad_signature"),
    "chain value, last bit": (40, 0, "code_bad_signature"),
    "signature, R": (41, 0, "code_bad_signature"),
    "signature, S": (104, 0, "code_bad_signature"),
}
STATIC_FLIPS = {
    "type": (0, 3, "code_unsupported"),
    "reserved flag": (1, 7, "code_reserved_bits"),
    "key id": (2, 0, "code_unknown_key"),
    "voucher id": (4, 7, "code_bad_signature"),
    "programme": (14, 0, "code_bad_signature"),
    "start": (17, 0, "code_bad_signature"),
    "lifetime": (18, 0, "code_bad_signature"),
    "face value": (20, 0, "code_bad_signature"),
    "holder tag": (22, 0, "code_bad_signature"),
    "signature, R": (24, 0, "code_bad_signature"),
    "signature, S": (87, 0, "code_bad_signature"),
}


def add_keys(cases: Cases) -> None:
    """Keys that may not vouch, and sessions of a wrong length, all signed as they stand."""
    at = moment_of(7)

    def shown(kid: int = 1, signing_kid: int | None = None, **changed: Any) -> str:
        return open_session(make_header(kid=kid, **changed), signing_kid).code_of_step(7)

    cases.refuse("revoked key", shown(5), at, "code_key_revoked")
    cases.refuse("key not yet in force", shown(6), at, "code_key_revoked")
    late = open_session(make_header(kid=7))
    cases.add("key on its last instant", late.code_of_step(60), moment_of(60), accepted(late.header, 60))
    cases.refuse("key no longer in force", late.code_of_step(61), moment_of(61), "code_key_revoked")
    cases.refuse("signed by another key", shown(1, signing_kid=4), at, "code_bad_signature")
    cases.refuse("suite 3 header over a suite 1 signature", shown(3, signing_kid=1), at, "code_bad_signature")
    cases.refuse("revoked voucher", shown(voucher_id=REVOKED_VOUCHER), at, "code_voucher_revoked")
    printed = static_code(make_header(CodeType.STATIC, voucher_id=REVOKED_VOUCHER))
    cases.refuse("revoked voucher, printed", digits_of(printed), at, "code_voucher_revoked")
    printed = static_code(make_header(CodeType.STATIC, kid=5))
    cases.refuse("revoked key, printed", digits_of(printed), at, "code_key_revoked")
    for hours in (0, 73, 255):
        code = RotatingCode(*_unchained(make_header(lifetime=hours)))
        cases.refuse(f"signed lifetime {hours} h", digits_of(code.to_bytes()), at, "code_outside_session")
    printed = static_code(make_header(CodeType.STATIC, lifetime=0))
    cases.refuse("signed lifetime 0 days", digits_of(printed), START, "code_outside_session")
    cases.refuse("reserved flag, signed", shown(flags=0b1000), at, "code_reserved_bits")


def _unchained(header: Header) -> tuple[Header, bytes, int, bytes, bytes]:
    """A code whose value is signed as its own anchor: only the lifetime is wrong."""
    value = secret_of("y0", 16)
    message = voucher_code.rotating_message(header.to_bytes(), value)
    return header, header.to_bytes(), 7, value, sign(header.kid, message)


def add_orders(cases: Cases) -> None:
    """Two faults at once: the earlier question answers."""
    revoked = bytes_of(open_session(make_header(kid=5)).code_of_step(7))
    at = moment_of(7)
    cases.refuse("order, suite before revocation of the key", _first(revoked, 0b00101011), at, "code_suite_mismatch")
    reserved = digits_of(_with_byte(_with_byte(revoked, 1, 0x80), 2, 0xFF))
    cases.refuse("order, reserved bits before the key", reserved, at, "code_reserved_bits")
    cases.refuse("order, key before session", digits_of(revoked), moment_of(5000), "code_key_revoked")
    session = open_session(make_header(voucher_id=REVOKED_VOUCHER))
    code = flipped(session.code_of_step(7), 0, 104)
    cases.refuse("order, signature before revocation of the voucher", code, at, "code_bad_signature")
    cases.refuse("order, stale before signature", code, moment_of(100), "code_stale")
    cases.refuse("order, session before stale", code, moment_of(2880), "code_outside_session")


def add_malleable(cases: Cases) -> None:
    """The same signature in other bytes: Ed25519 with S + L, ES256 with order - s, and values out of range."""
    at = moment_of(7)
    ed25519 = bytes_of(open_session(make_header()).code_of_step(7))
    s = int.from_bytes(ed25519[73:], "little")
    cases.refuse("Ed25519 S + L", digits_of(ed25519[:73] + (s + ED25519_L).to_bytes(32, "little")), at, BAD)
    cases.refuse("Ed25519 signature of zeros", digits_of(ed25519[:41] + bytes(64)), at, BAD)
    es256 = bytes_of(open_session(make_header(kid=3)).code_of_step(7))
    s = int.from_bytes(es256[73:], "big")
    cases.refuse("ES256 high s", digits_of(es256[:73] + (P256_ORDER - s).to_bytes(32, "big")), at, BAD)
    cases.refuse("ES256 signature of zeros", digits_of(es256[:41] + bytes(64)), at, BAD)
    cases.refuse("ES256 r of zero", digits_of(es256[:41] + bytes(32) + es256[73:]), at, BAD)
    cases.refuse("ES256 r of the order", digits_of(es256[:41] + P256_ORDER.to_bytes(32, "big") + es256[73:]), at, BAD)


BAD = "code_bad_signature"


def make_vectors() -> str:
    cases = Cases()
    for add in (
        add_steps,
        add_windows,
        add_fields,
        add_holders,
        add_texts,
        add_kinds,
        add_flips,
        add_keys,
        add_orders,
        add_malleable,
    ):
        add(cases)
    document = {
        "directory": json.loads(key_directory.dump(make_directory())),
        "cases": list(cases.listed.values()),
    }
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(make_vectors(), encoding="ascii")
