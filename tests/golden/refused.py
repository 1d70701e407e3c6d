"""Codes that must be refused, each with its exact refusal: texts, kinds, flipped bits, keys, order, malleability."""

from __future__ import annotations

from typing import Any

from tests.golden.drawing import (
    KEYS,
    REVOKED_VOUCHER,
    START,
    VOUCHER,
    Cases,
    accepted,
    bytes_of,
    digits_of,
    flipped,
    make_header,
    moment_of,
    open_session,
    secret_of,
    sign,
    static_code,
    with_byte,
)
from voucher_service.signing import voucher_code
from voucher_service.signing.suites import P256_ORDER
from voucher_service.signing.voucher_code import CodeType, Header, ListCode, RotatingCode

ED25519_L = 2**252 + 27742317777372353535851937790883648493
BAD = "code_bad_signature"


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
    reserved = digits_of(with_byte(with_byte(revoked, 1, 0x80), 2, 0xFF))
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
