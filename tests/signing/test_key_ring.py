"""The key ring, seen by one process and by several."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.golden.drawing import make_header
from voucher_service.clock import FixedClock
from voucher_service.signing import key_directory, verification, voucher_code
from voucher_service.signing.errors import CodeKeyRevoked, CodeUnknownKey, SigningKeyMissing
from voucher_service.signing.key_directory import KeyStatus
from voucher_service.signing.key_ring import KeyRing
from voucher_service.signing.live_session import LiveSession
from voucher_service.signing.voucher_code import CodeType, Header

NOW = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
ANCHOR = bytes(range(16))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def ring(tmp_path: Path, clock: FixedClock) -> KeyRing:
    return KeyRing(tmp_path, clock=clock)


def header_of(ring: KeyRing, kid: int | None = None) -> Header:
    key = ring.directory.keys[kid or ring.active_key_id]
    return make_header()._replace(kid=key.kid, suite=key.suite.number)


def signs(ring: KeyRing, kid: int) -> bool:
    try:
        ring.sign_session(header_of(ring, kid), ANCHOR)
    except SigningKeyMissing:
        return False
    return True


def code_signed_by(ring: KeyRing) -> str:
    session = LiveSession(bytes(16), header_of(ring), bytes(64))
    return session._replace(signature=ring.sign_session(session.header, session.anchor)).code_of_step(0)


def seen_within_two_seconds(ring: KeyRing, kid: int, status: KeyStatus) -> bool:
    until = time.monotonic() + 2
    while time.monotonic() < until:
        if ring.directory.keys[kid].status is status:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("suite", [1, 3])
def test_what_it_signs_is_verified(ring: KeyRing, suite: int) -> None:
    assert ring.create(suite).kid == ring.active_key_id == 1
    assert verification.verify(code_signed_by(ring), ring.directory, NOW).kid == 1


def test_a_printed_code_is_verified(ring: KeyRing) -> None:
    ring.create()
    header = make_header(CodeType.STATIC)
    code = voucher_code.StaticCode(header, header.to_bytes(), ring.sign_printed(header))
    digits = voucher_code.to_digits(code.to_bytes())
    assert verification.verify(digits, ring.directory, NOW).code_type is CodeType.STATIC


def test_without_keys_nothing_is_signed(ring: KeyRing) -> None:
    assert ring.list() == ()
    with pytest.raises(SigningKeyMissing):
        _ = ring.active_key_id
    with pytest.raises(SigningKeyMissing):
        ring.sign_session(make_header(), ANCHOR)
    assert not ring.folder.exists()


def test_everything_is_private_to_the_owner(ring: KeyRing) -> None:
    ring.create()
    ring.rotate()
    ring.sign_session(header_of(ring), ANCHOR)
    assert ring.folder.stat().st_mode & 0o777 == 0o700
    modes = {file.name: file.stat().st_mode & 0o777 for file in ring.folder.iterdir()}
    names = {"directory.json", "lock", "00001.secret", "00001.issued", "00002.secret", "00002.issued"}
    assert modes == dict.fromkeys(names, 0o600)


def test_the_directory_has_no_secret(ring: KeyRing) -> None:
    ring.create()
    secret = json.loads((ring.folder / "00001.secret").read_text())["secret"]
    assert len(secret) == 64
    assert secret not in (ring.folder / "directory.json").read_text()


def test_a_secret_that_others_can_read_is_not_used(ring: KeyRing) -> None:
    ring.create()
    (ring.folder / "00001.secret").chmod(0o640)
    assert not signs(ring, 1)


def test_a_passphrase_seals_the_secret(tmp_path: Path, clock: FixedClock) -> None:
    sealed = KeyRing(tmp_path, "an invented passphrase", clock)
    sealed.create()
    assert "secret" not in json.loads((sealed.folder / "00001.secret").read_text())
    assert signs(KeyRing(tmp_path, "an invented passphrase", clock), 1)
    for wrong in (None, "", "another"):
        assert not signs(KeyRing(tmp_path, wrong, clock), 1)


def test_a_sealed_secret_is_bound_to_its_key(tmp_path: Path, clock: FixedClock) -> None:
    sealed = KeyRing(tmp_path, "an invented passphrase", clock)
    sealed.create()
    sealed.create()
    (sealed.folder / "00002.secret").replace(sealed.folder / "00001.secret")
    assert not signs(sealed, 1)


def test_a_lost_or_damaged_secret_is_a_refusal(ring: KeyRing) -> None:
    ring.create()
    secret = ring.folder / "00001.secret"
    for damaged in (b"", b"{}", b"[]", b'{"secret": "zz"}', b"\xff"):
        secret.write_bytes(damaged)
        assert not signs(ring, 1)
    secret.unlink()
    assert not signs(ring, 1)


def test_a_rotation_overlaps(ring: KeyRing, clock: FixedClock) -> None:
    ring.create()
    shown = code_signed_by(ring)
    assert ring.rotate().kid == 2
    assert ring.active_key_id == 1
    assert not signs(ring, 2)
    clock.advance(hours=24)
    assert ring.active_key_id == 2
    assert signs(ring, 1)
    assert verification.verify(shown, ring.directory, NOW).kid == 1
    ring.rotate()
    assert [key.status for key in ring.list()] == [KeyStatus.RETIRED, KeyStatus.ACTIVE, KeyStatus.ACTIVE]
    assert not signs(ring, 1)
    assert verification.verify(shown, ring.directory, NOW).kid == 1


def test_a_rotation_keeps_the_suite(ring: KeyRing) -> None:
    ring.create(suite=3)
    assert ring.rotate().suite.number == 3


def test_a_first_rotation_and_one_without_announcement_sign_at_once(ring: KeyRing) -> None:
    assert ring.rotate().kid == ring.active_key_id == 1
    assert ring.rotate(announced=timedelta(0)).kid == ring.active_key_id == 2


def test_a_key_ends(ring: KeyRing, clock: FixedClock) -> None:
    ring.create(valid=timedelta(days=1))
    clock.advance(days=1)
    assert signs(ring, 1)
    clock.advance(seconds=1)
    assert not signs(ring, 1)


def test_a_revoked_key_is_over_for_good(ring: KeyRing) -> None:
    ring.create()
    shown = code_signed_by(ring)
    assert ring.revoke(1).status is KeyStatus.REVOKED
    assert not signs(ring, 1)
    assert not (ring.folder / "00001.secret").exists()
    with pytest.raises(CodeKeyRevoked):
        verification.verify(shown, ring.directory, NOW)
    assert ring.create().kid == 2


def test_an_unknown_key_is_neither_revoked_nor_counted(ring: KeyRing) -> None:
    with pytest.raises(CodeUnknownKey):
        ring.revoke(7)
    with pytest.raises(CodeUnknownKey):
        ring.signatures_issued(7)


def test_another_ring_sees_a_revocation_within_about_a_second(ring: KeyRing, tmp_path: Path) -> None:
    ring.create()
    other = KeyRing(tmp_path, clock=FixedClock(NOW))
    assert signs(other, 1)
    ring.revoke(1)
    assert seen_within_two_seconds(other, 1, KeyStatus.REVOKED)
    assert not signs(other, 1)


def test_the_directory_is_read_again_only_when_it_changed(ring: KeyRing) -> None:
    ring.create()
    before = ring.directory
    ring._looked_at = float("-inf")
    assert ring.directory is before
    ring.create()
    assert ring.directory is not before


def test_a_damaged_directory_is_not_taken_for_an_empty_one(ring: KeyRing, tmp_path: Path) -> None:
    ring.create()
    (ring.folder / "directory.json").write_text('{"keys": 1}')
    other = KeyRing(tmp_path)
    for _ in range(2):
        with pytest.raises(ValueError, match="key directory"):
            _ = other.directory


def test_the_file_is_the_one_that_verifiers_read(ring: KeyRing) -> None:
    ring.create()
    assert key_directory.load((ring.folder / "directory.json").read_bytes()) == ring.directory


def test_the_signer_refuses_a_header_of_another_suite(ring: KeyRing) -> None:
    ring.create()
    with pytest.raises(SigningKeyMissing):
        ring.sign_session(make_header()._replace(suite=3), ANCHOR)
    assert ring.signatures_issued(1) == 0


def test_each_signature_leaves_its_header(ring: KeyRing) -> None:
    ring.create()
    header = header_of(ring)
    for voucher_id in (5, -6):
        ring.sign_session(header._replace(voucher_id=voucher_id), ANCHOR)
    assert ring.signatures_issued(1) == 2
    records = (ring.folder / "00001.issued").read_bytes()
    assert [Header.from_bytes(records[at : at + 24]).voucher_id for at in (0, 24)] == [5, -6]


def test_four_processes_lose_no_count(ring: KeyRing, tmp_path: Path) -> None:
    ring.create()
    program = (
        "import sys, pathlib, datetime\n"
        "from tests.signing.test_key_ring import ANCHOR, NOW, header_of\n"
        "from voucher_service.clock import FixedClock\n"
        "from voucher_service.signing.key_ring import KeyRing\n"
        "ring = KeyRing(pathlib.Path(sys.argv[1]), clock=FixedClock(NOW))\n"
        "for _ in range(100):\n"
        "    ring.sign_session(header_of(ring), ANCHOR)\n"
    )
    root = Path(__file__).parents[2]
    signers = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], cwd=root) for _ in range(4)]
    assert [signer.wait(timeout=60) for signer in signers] == [0] * 4
    assert ring.signatures_issued(1) == 400


def test_four_processes_draw_four_keys(ring: KeyRing, tmp_path: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from voucher_service.signing.key_ring import KeyRing\n"
        "KeyRing(pathlib.Path(sys.argv[1])).create()\n"
    )
    root = Path(__file__).parents[2]
    makers = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], cwd=root) for _ in range(4)]
    assert [maker.wait(timeout=60) for maker in makers] == [0] * 4
    assert [key.kid for key in ring.list()] == [1, 2, 3, 4]
