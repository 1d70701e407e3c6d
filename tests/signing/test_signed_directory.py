"""The published key directory: golden bytes, every way of altering it, and the commands that make and read it.

`python tests/signing/test_signed_directory.py` draws the golden file anew after a change to the format.
"""

from __future__ import annotations

import copy
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from voucher_service.clock import FixedClock
from voucher_service.identifiers import to_hex
from voucher_service.signing import key_directory, signed_directory
from voucher_service.signing.commands import main
from voucher_service.signing.key_ring import KeyRing
from voucher_service.signing.signed_directory import GOOD_FOR, ROOT_SUITE, DirectoryRefused, opened, publish

if TYPE_CHECKING:
    from collections.abc import Callable

    from voucher_service.signing.key_directory import KeyDirectory

FOLDER = Path(__file__).parent
GOLDEN = FOLDER / "golden" / "signed-directory.json"
VECTORS = json.loads((FOLDER.parent / "golden" / "vectors.json").read_text(encoding="ascii"))
CODE = next(case for case in VECTORS["cases"] if case["name"] == "holder, suite 1, plain")
ROOT_SECRET = bytes(range(32))
ROOT = ROOT_SUITE.public_key(ROOT_SECRET)
OTHER_ROOT = ROOT_SUITE.public_key(bytes(32))
NOW = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)


def directory() -> KeyDirectory:
    return replace(key_directory.read(VECTORS["directory"]), sequence=7)


def drawn() -> dict[str, Any]:
    return publish(directory(), ROOT, ROOT_SUITE.signer(ROOT_SECRET), NOW)


def published() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="ascii"))
    return found


def test_the_golden_file_is_what_is_published() -> None:
    assert drawn() == published()


def test_what_is_published_opens_and_tells_its_number() -> None:
    found = opened(published(), ROOT, NOW + timedelta(days=1), sequence_least=7)
    assert (found.sequence, found.expires_at) == (7, NOW + GOOD_FOR)
    assert found.directory.revoked_vouchers == directory().revoked_vouchers != frozenset()
    assert found.directory.keys.keys() == directory().keys.keys()


def test_no_bind_key_is_ever_published() -> None:
    assert any(key.bind_key for key in directory().keys.values())
    assert "bind_key" not in GOLDEN.read_text(encoding="ascii")


def first(entries: list[Any]) -> Any:
    return entries[0]


ALTERED: dict[str, Callable[[dict[str, Any]], object]] = {
    "a later number": lambda found: found.update(sequence=8),
    "a later end": lambda found: found.update(expires_at="2027-05-06T01:00:00Z"),
    "an earlier beginning": lambda found: found.update(issued_at="2026-05-05T01:00:00Z"),
    "a revocation taken out": lambda found: found["directory"]["revoked_vouchers"].pop(),
    "a revocation put in": lambda found: found["directory"]["revoked_vouchers"].append("0" * 16),
    "a key revived": lambda found: [key.update(status="active") for key in found["directory"]["keys"]],
    "another public key": lambda found: first(found["directory"]["keys"]).update(public_key="00" * 32),
    "a key taken out": lambda found: found["directory"]["keys"].pop(),
    "a member more": lambda found: found["directory"].update(note="trust me"),
    "a bit of the signature": lambda found: found.update(signature=f"{int(found['signature'], 16) ^ 1:0128x}"),
    "an unknown version": lambda found: found.update(version=2),
    "another format": lambda found: found.update(format="tvq1-key"),
    "a number that is none": lambda found: found.update(sequence=True),
    "a negative number": lambda found: found.update(sequence=-1),
    "no signature": lambda found: found.pop("signature"),
    "no directory": lambda found: found.update(directory=None),
    "a member more outside": lambda found: found.update(comment=""),
}


@pytest.mark.parametrize("what", ALTERED)
def test_an_altered_directory_is_refused(what: str) -> None:
    found = copy.deepcopy(published())
    ALTERED[what](found)
    assert found != published()
    with pytest.raises(DirectoryRefused):
        opened(found, ROOT, NOW)


def test_another_root_is_refused_whatever_the_document_says() -> None:
    with pytest.raises(DirectoryRefused, match="not signed by the root key"):
        opened(published(), OTHER_ROOT, NOW)
    with pytest.raises(DirectoryRefused, match="not signed by the root key"):
        opened({**published(), "root_key": OTHER_ROOT.hex()}, OTHER_ROOT, NOW)


@pytest.mark.parametrize(
    ("at", "sequence_least", "sentence"),
    [
        (NOW + GOOD_FOR + timedelta(seconds=1), 0, "expired"),
        (NOW - timedelta(hours=1), 0, "issued only at"),
        (NOW, 8, "number 8 was seen before"),
    ],
)
def test_a_genuine_directory_at_the_wrong_time_is_refused(at: datetime, sequence_least: int, sentence: str) -> None:
    with pytest.raises(DirectoryRefused, match=sentence):
        opened(published(), ROOT, at, sequence_least)


@pytest.mark.parametrize("document", [None, [], "x", 1, {}, {"keys": []}])
def test_what_is_no_published_directory_is_refused(document: object) -> None:
    with pytest.raises(DirectoryRefused):
        opened(document, ROOT, NOW)


def test_every_change_of_the_ring_gets_the_next_number(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    ring = KeyRing(tmp_path, clock=clock)
    numbers = [ring.directory.sequence]
    for change in (ring.create, ring.rotate, lambda: ring.revoke(1), lambda: ring.revoke_voucher(5)):
        change()
        numbers.append(ring.directory.sequence)
    assert numbers == [0, 1, 2, 3, 4]
    other = KeyRing(tmp_path, clock=clock)
    found = opened(other.published(), ring.root_public_key, NOW, sequence_least=4)
    assert found.directory.revoked_vouchers == {5}
    assert other.published()["root_key"] == ring.root_public_key.hex()


def test_a_sealed_root_needs_the_passphrase(tmp_path: Path) -> None:
    KeyRing(tmp_path, "invented passphrase").published()
    with pytest.raises(Exception, match="signing_key_missing"):
        KeyRing(tmp_path).published()


def run(*arguments: str, stdin: str = "") -> tuple[int, str]:
    done = CliRunner().invoke(main, list(arguments), input=stdin)
    return done.exit_code, done.output


def judged(*arguments: str) -> str:
    code, said = run("code", "verify", "--at", CODE["at"], *arguments, stdin=CODE["digits"] + "\n")
    assert code == 0, said
    return str(json.loads(said)["verdict"])


def test_a_revoked_voucher_is_refused_by_whoever_reads_the_published_list(tmp_path: Path) -> None:
    """From the command that revokes to the command that verifies, through the published file alone."""
    data = ("--data-dir", str(tmp_path))
    ring = KeyRing(tmp_path)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "directory.json").write_text(
        key_directory.dump(replace(directory(), revoked_vouchers=frozenset()))
    )
    code, root = run("keys", *data, "root-key")
    assert code == 0
    voucher = next(json.loads(line)["voucher"] for line in [run("code", "verify", "--at", CODE["at"], "--keys",
                   str(tmp_path / "keys" / "directory.json"), stdin=CODE["digits"])[1]])  # fmt: skip
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    for file, act in ((before, None), (after, voucher)):
        if act:
            code, said = run("keys", *data, "revoke-voucher", act)
            assert (code, said) == (0, f"{voucher}\trevoked\tdirectory 8\n")
        ring = KeyRing(tmp_path, clock=FixedClock(key_directory.read_instant(CODE["at"])))
        file.write_text(json.dumps(ring.published()))
    root = root.strip()
    assert judged("--keys", str(before), "--root", root) == "ok"
    assert judged("--keys", str(after), "--root", root) == "code_voucher_revoked"
    stale = run("code", "verify", "--at", CODE["at"], "--keys", str(before), "--root", root, "--sequence-least", "8")
    assert stale[0] == 2
    assert "number 8 was seen before" in stale[1]


@pytest.mark.parametrize("voucher", ["", "1", "G" * 16, "0" * 17, "0123456789ABCDEF"])
def test_a_voucher_that_cannot_be_is_not_revoked(tmp_path: Path, voucher: str) -> None:
    code, _ = run("keys", "--data-dir", str(tmp_path), "revoke-voucher", voucher)
    assert code == 2
    assert KeyRing(tmp_path).directory.revoked_vouchers == frozenset()


def test_a_published_file_is_not_read_without_its_root_nor_a_bare_one_with_it(tmp_path: Path) -> None:
    bare = tmp_path / "bare.json"
    bare.write_text(json.dumps(VECTORS["directory"]))
    code, said = run("code", "verify", "--keys", str(GOLDEN))
    assert (code, "--root" in said) == (2, True)
    assert run("code", "verify", "--keys", str(bare), "--root", ROOT.hex())[0] == 2
    assert run("code", "verify", "--keys", str(bare), "--root", "xyz")[0] == 2
    assert run("code", "verify", "--at", "2026-05-06T02:00:00Z", "--keys", str(GOLDEN), "--root", ROOT.hex())[0] == 0


def test_the_published_command_prints_what_opens(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    ring.create()
    ring.revoke_voucher(-1)
    code, said = run("keys", "--data-dir", str(tmp_path), "publish")
    assert code == 0
    found = opened(json.loads(said), ring.root_public_key, datetime.now(UTC))
    assert [to_hex(voucher) for voucher in found.directory.revoked_vouchers] == ["f" * 16]
    assert signed_directory.is_published(json.loads(said))


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(json.dumps(drawn(), indent=1) + "\n", encoding="ascii")
    sys.stdout.write(f"{GOLDEN}\n")
