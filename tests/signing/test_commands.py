"""The command line: what other programs send it, and what they get back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.golden.drawing import KEYS, PLAIN, VOUCHER, secret_of
from voucher_service.signing import key_directory
from voucher_service.signing.commands import main

VECTORS = json.loads((Path(__file__).parent.parent / "golden" / "vectors.json").read_text(encoding="ascii"))
CASES = {case["name"]: case for case in VECTORS["cases"]}
GENUINE = CASES["holder, suite 1, plain"]


@pytest.fixture
def keys_file(tmp_path: Path) -> str:
    file = tmp_path / "directory.json"
    file.write_text(json.dumps(VECTORS["directory"]), encoding="ascii")
    return str(file)


def run(*arguments: str, stdin: bytes = b"", **environment: str) -> Result:
    return CliRunner(env=environment).invoke(main, list(arguments), input=stdin)


def verdicts(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def verify(keys_file: str, stdin: bytes, *more: str) -> list[dict[str, Any]]:
    return verdicts(run("code", "verify", "--keys", keys_file, "--at", GENUINE["at"], *more, stdin=stdin))


def test_all_vectors_of_a_moment_are_judged_in_order(keys_file: str) -> None:
    at = CASES["text, empty"]["at"]
    asked = [case for case in VECTORS["cases"] if case["at"] == at and not case["offline"] and case["id"] is None]
    stdin = "".join(case["digits"] + "\n" for case in asked).encode()
    assert len({case["expect"]["verdict"] for case in asked}) > 5
    result = run("code", "verify", "--keys", keys_file, "--at", at, stdin=stdin)
    assert verdicts(result) == [case["expect"] for case in asked]


def test_the_card_is_compared(keys_file: str) -> None:
    for name in ("holder, suite 1, plain", "holder, suite 1, plain, wrong ID", "holder, suite 1, plain, wrong name"):
        case = CASES[name]
        card = ("--id", case["id"], "--name", case["name_given"])
        assert verify(keys_file, case["digits"].encode(), *card) == [case["expect"]]


def test_off_line_the_window_is_wider(keys_file: str) -> None:
    case = CASES["off line, +4 steps"]
    arguments = ["code", "verify", "--keys", keys_file, "--at", case["at"]]
    assert verdicts(run(*arguments, stdin=case["digits"].encode())) == [{"verdict": "code_stale"}]
    assert verdicts(run(*arguments, "--offline", stdin=case["digits"].encode())) == [case["expect"]]


def test_without_a_moment_it_is_now(keys_file: str) -> None:
    result = run("code", "verify", "--keys", keys_file, stdin=GENUINE["digits"].encode())
    assert verdicts(result) == [{"verdict": "code_outside_session"}]


@pytest.mark.parametrize(
    ("stdin", "lines"),
    [
        (b"", 0),
        (b"\n", 1),
        (b"\n\n\n", 3),
        (b"\r\n", 1),
        (b"\x00", 1),
        (b"\xff\xfe\n\x80\n", 2),
        (bytes(range(256)) * 8, 9),
        (b"9" * 100_000 + b"\n7", 2),
        ("\u2028\u0085\x0b\x0c".encode(), 1),
        (b"1" * 4096, 1),
        (b"1" * 4095 + b"\n", 1),
        (b"1" * 4096 + b"\n", 1),
    ],
)
def test_any_bytes_get_one_answer_a_line(keys_file: str, stdin: bytes, lines: int) -> None:
    assert verify(keys_file, stdin) == [{"verdict": "code_malformed"}] * lines


def test_only_the_end_of_the_line_is_no_part_of_the_code(keys_file: str) -> None:
    digits, ok = GENUINE["digits"].encode(), {**GENUINE["expect"], "holder": "unchecked"}
    assert verify(keys_file, digits) == verify(keys_file, digits + b"\n") == verify(keys_file, digits + b"\r\n") == [ok]
    for spoilt in (b" " + digits, digits + b" \n", digits + b"\r\r\n", b"\xef\xbb\xbf" + digits):
        assert verify(keys_file, spoilt) == [{"verdict": "code_malformed"}]


@pytest.mark.parametrize(
    "more",
    [
        ("--at", "2026-05-06T01:00:00"),
        ("--at", "soon"),
        ("--at", "0001-01-01T00:00:00+14:00"),
        ("--id", PLAIN[0]),
        ("--name", PLAIN[1]),
    ],
)
def test_a_wrong_option_is_a_usage_error(keys_file: str, more: tuple[str, str]) -> None:
    result = run("code", "verify", "--keys", keys_file, *more, stdin=b"1\n")
    assert result.exit_code == 2
    assert result.stdout == ""


@pytest.mark.parametrize("text", ["", "[]", "{}", "\xff", '{"keys": [1]}', '{"keys": [{}]}', "[" * 100_000, "1"])
def test_a_file_that_is_no_directory_is_a_usage_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(text, encoding="latin-1")
    assert run("code", "verify", "--keys", str(file), stdin=b"1\n").exit_code == 2
    assert run("code", "verify", "--keys", str(tmp_path / "absent"), stdin=b"1\n").exit_code == 2


def test_a_real_process_judges(keys_file: str) -> None:
    command = [sys.executable, "-m", "voucher_service.signing.commands", "code", "verify", "--keys", keys_file]
    card = ["--at", GENUINE["at"], "--id", PLAIN[0], "--name", PLAIN[1]]
    stdin = GENUINE["digits"].encode() + b"\n\xff\n"
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run([*command, *card], input=stdin, capture_output=True, check=True, env=environment)
    assert [json.loads(line) for line in done.stdout.splitlines()] == [GENUINE["expect"], {"verdict": "code_malformed"}]
    assert done.stderr == b""


@pytest.fixture
def secrets_file(tmp_path: Path) -> str:
    entries = [{**entry, "secret": secret_of(f"key {entry['kid']}").hex()} for entry in VECTORS["directory"]["keys"]]
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"keys": entries}), encoding="ascii")
    return str(file)


REQUEST = {
    "kid": 1,
    "voucher": f"{VOUCHER:016x}",
    "programme": 411200,
    "start": "2026-05-06T01:00:00Z",
    "id": PLAIN[0],
    "name": PLAIN[1],
    "y0": secret_of("y0", 16).hex(),
}


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("suite 1, 24 h, step 0", {}),
        ("suite 1, 24 h, step 2879", {"step": 2879}),
        ("suite 1, 1 h, step 119", {"step": 119, "lifetime": 1}),
        ("suite 3, 72 h, step 256", {"step": 256, "lifetime": 72, "kid": 3}),
        ("face value 65535", {"step": 7, "amount_yuan": 65535}),
        ("on-site check", {"step": 7, "on_site_check": True}),
        ("printed, suite 3", {"type": "S", "kid": 3}),
        ("printed, 255 days, last second", {"type": "S", "lifetime": 255}),
    ],
)
def test_vectors_are_made_again(secrets_file: str, name: str, changed: dict[str, Any]) -> None:
    request = json.dumps({**REQUEST, **changed}).encode()
    made = verdicts(run("code", "make", "--keys", secrets_file, stdin=request + b"\n"))
    assert made == [{"digits": CASES[name]["digits"]}]


@pytest.mark.parametrize(
    "changed",
    [
        {"kid": 2},
        {"kid": 8},
        {"voucher": "7"},
        {"programme": -1},
        {"programme": "x"},
        {"start": "2023-12-31T00:00:00Z"},
        {"start": None},
        {"id": "1"},
        {"name": None},
        {"type": "L"},
        {"y0": "00"},
        {"step": 2880},
        {"step": -1},
        {"lifetime": 256},
        {"lifetime": 73},
        {"lifetime": 0},
        {"amount_yuan": 65536},
    ],
)
def test_a_request_that_is_none_is_told_by_its_line(secrets_file: str, changed: dict[str, Any]) -> None:
    stdin = json.dumps(REQUEST) + "\n" + json.dumps({**REQUEST, **changed}) + "\n"
    result = run("code", "make", "--keys", secrets_file, stdin=stdin.encode())
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert "line 2: " in result.stderr


@pytest.mark.parametrize("stdin", [b"\n", b"\xff\n", b"[]\n", b"7\n", b"[" * 5000, b'{"kid": []}'])
def test_bytes_that_are_no_request_are_told_too(secrets_file: str, stdin: bytes) -> None:
    result = run("code", "make", "--keys", secrets_file, stdin=stdin)
    assert result.exit_code == 1
    assert "line 1: " in result.stderr


def test_a_directory_without_secrets_makes_nothing(keys_file: str) -> None:
    result = run("code", "make", "--keys", keys_file, stdin=json.dumps(REQUEST).encode())
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(KEYS) > 1


def test_keys_live_through_their_commands(tmp_path: Path) -> None:
    def keys(*arguments: str) -> list[list[str]]:
        result = run("keys", *arguments, DATA_DIR=str(tmp_path))
        assert result.exit_code == 0, result.output
        return [line.split("\t") for line in result.stdout.splitlines()]

    assert keys("list") == []
    ((kid, suite, status, _, _, issued),) = keys("create", "--suite", "3")
    assert (kid, suite, status, issued) == ("1", "ES256+SHA-256", "active", "0")
    assert keys("rotate", "--announce-hours", "0", "--valid-days", "30")[0][0] == "2"
    assert keys("revoke", "1")[0][2] == "revoked"
    assert [(line[0], line[2]) for line in keys("list")] == [("1", "revoked"), ("2", "active")]


def test_the_exported_directory_is_what_verify_reads(tmp_path: Path) -> None:
    where = ("keys", "--data-dir", str(tmp_path))
    run(*where, "create")
    whole = key_directory.load(run(*where, "export-directory").stdout)
    public = key_directory.load(run(*where, "export-directory", "--without-bind-keys").stdout)
    assert whole.keys[1].bind_key is not None
    assert public == whole.without_bind_keys()


def test_a_passphrase_comes_from_the_environment(tmp_path: Path) -> None:
    run("keys", "create", DATA_DIR=str(tmp_path), KEY_PASSPHRASE="an invented passphrase")
    assert "sealed" in json.loads((tmp_path / "keys" / "00001.secret").read_text())


def test_an_unknown_key_is_not_revoked(tmp_path: Path) -> None:
    result = run("keys", "revoke", "7", DATA_DIR=str(tmp_path))
    assert result.exit_code == 1
    assert "no key 7" in result.stderr


def test_a_damaged_ring_is_told_and_left_alone(tmp_path: Path) -> None:
    run("keys", "create", DATA_DIR=str(tmp_path))
    directory = tmp_path / "keys" / "directory.json"
    directory.write_text('{"keys": 1}')
    for arguments in (["create"], ["rotate"], ["revoke", "1"], ["list"], ["export-directory"]):
        result = run("keys", *arguments, DATA_DIR=str(tmp_path))
        assert result.exit_code == 1
        assert "key directory" in result.stderr
    assert directory.read_text() == '{"keys": 1}'
