"""The suites against published vectors, and what each refuses."""

from __future__ import annotations

import sys

import pytest

from tests.golden.drawing import START, digits_of, make_header, static_code
from voucher_service.signing import verification
from voucher_service.signing.key_directory import EMPTY, make_key
from voucher_service.signing.suites import P256_ORDER, SUITES, Suite, SuiteUnavailable
from voucher_service.signing.voucher_code import CodeType

ED25519, SM2, ES256 = SUITES[1], SUITES[2], SUITES[3]
MESSAGE = b"a message"


def test_ed25519_answers_rfc_8032() -> None:
    secret = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    assert ED25519.public_key(secret).hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert ED25519.signer(secret)(b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


def test_es256_answers_rfc_6979_with_the_low_s() -> None:
    secret = bytes.fromhex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721")
    assert ES256.public_key(secret).hex() == (
        "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
    )
    signature = ES256.signer(secret)(b"sample")
    s = 0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8
    assert signature[:32].hex() == "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    assert int.from_bytes(signature[32:], "big") == P256_ORDER - s


def test_sm3_answers_gb_t_32905() -> None:
    assert SM2.digest(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@pytest.mark.parametrize("suite", [ED25519, ES256], ids=lambda suite: suite.name)
def test_only_the_signed_message_verifies(suite: Suite) -> None:
    secret = suite.new_secret()
    verifies, signature = suite.verifier(suite.public_key(secret)), suite.signer(secret)(MESSAGE)
    assert len(signature) == 64
    assert verifies(signature, MESSAGE)
    assert not verifies(signature, MESSAGE + b"\x00")
    assert not verifies(bytes(64), MESSAGE)
    assert not verifies(b"\xff" * 64, MESSAGE)
    assert not suite.verifier(suite.public_key(suite.new_secret()))(signature, MESSAGE)


def test_es256_takes_the_public_point_with_or_without_its_prefix() -> None:
    secret = ES256.new_secret()
    point, signature = ES256.public_key(secret), ES256.signer(secret)(MESSAGE)
    assert ES256.verifier(point)(signature, MESSAGE)
    assert ES256.verifier(point[1:])(signature, MESSAGE)


@pytest.mark.parametrize("wrong", [b"", bytes(31), bytes(64), b"\x04" + bytes(64)])
def test_bytes_that_are_no_key_are_an_error(wrong: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        ES256.verifier(wrong)
    with pytest.raises(ValueError, match=r".+"):
        ED25519.verifier(wrong)


def test_sm2_signs_where_its_library_is() -> None:
    pytest.importorskip("gmssl_pyx")
    secret = SM2.new_secret()
    signature = SM2.signer(secret)(MESSAGE)
    assert SM2.verifier(SM2.public_key(secret))(signature, MESSAGE)
    assert not SM2.verifier(SM2.public_key(secret))(signature, MESSAGE + b"\x00")


def test_without_its_library_sm2_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    with pytest.raises(SuiteUnavailable, match="sm2"):
        SM2.new_secret()


def test_without_its_library_an_sm2_code_is_unsupported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    key = make_key(1, SM2, bytes(64), None, not_before=START, not_after=START)
    code = static_code(make_header(CodeType.STATIC))
    digits = digits_of(bytes([code[0] ^ 0b011]) + code[1:])
    verdict = verification.judge(digits, EMPTY.with_key(key), START)
    assert verdict == {"verdict": "code_unsupported"}
