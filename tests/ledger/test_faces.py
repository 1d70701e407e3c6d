"""Receipts and heads as people and machines meet them: over HTTP, on pages and in a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.architecture.source import ROOT
from tests.faces.browsing import Visitor
from tests.journey.city import PEOPLE, Town, Worker, redeem_body
from voucher_service.identifiers import to_hex
from voucher_service.ledger import receipts
from voucher_service.ledger.heads import ledger_key
from voucher_service.ledger.sealing import seal_once

if TYPE_CHECKING:
    from pathlib import Path

STRANGER = PEOPLE[1]


@pytest.fixture
def town(fresh_sqlite_town: Town) -> Town:
    return fresh_sqlite_town


@pytest.fixture
def worker(town: Town) -> Worker:
    """Somebody with a voucher that is claimed and sealed."""
    region_id = town.city.schools[0].region_id
    worker = Worker(town, PEOPLE[0], region_id).log_in()
    assert worker.claim().status_code == 201
    seal(town)
    return worker


def seal(town: Town) -> None:
    town.clock.advance(seconds=31)
    with town.app.app_context():
        seal_once(town.clock.now())


def redeemed(worker: Worker) -> None:
    town = worker.town
    worker.open_code()
    class_id = next(to_hex(number) for region, number in town.city.classes if region == worker.region_id)
    answer = town.post("/api/v1/redemptions", town.staff_token("school1-clerk"), redeem_body(worker, class_id))
    assert answer.status_code == 201, answer.text
    seal(town)


def address(worker: Worker, seq: int = 1) -> str:
    return f"/api/v1/ledger/receipts/{worker.region_id}/{worker.voucher}/{seq}"


def holds(town: Town, document: Any) -> bool:
    return receipts.findings(document, ledger_key(town.app.extensions["settings"]).public_key()) == []


def test_a_holder_gets_a_receipt_that_holds(worker: Worker) -> None:
    answer = worker.town.get(address(worker), worker.token)
    assert answer.status_code == 200
    assert holds(worker.town, answer.json)
    assert (answer.json["fact"]["voucher_id"], answer.json["fact"]["kind"]) == (worker.voucher, "VoucherClaimed")
    assert worker.person.name not in answer.text
    assert worker.person.id_number not in answer.text


def test_an_institution_gets_the_receipts_of_its_own_redemptions_only(worker: Worker) -> None:
    town = worker.town
    assert town.get(address(worker, 2), town.staff_token("school1-clerk")).status_code == 404
    redeemed(worker)
    answer = town.get(address(worker, 2), town.staff_token("school1-clerk"))
    assert holds(town, answer.json)
    assert answer.json["fact"]["kind"] == "VoucherRedeemed"
    assert town.get(address(worker, 1), town.staff_token("school1-clerk")).status_code == 404
    assert town.get(address(worker, 2), town.staff_token("school2-clerk")).status_code == 404


@pytest.mark.parametrize("login_name", ["bureau1", "auditor1"])
def test_the_bureau_and_the_auditor_get_every_receipt(worker: Worker, login_name: str) -> None:
    answer = worker.town.get(address(worker), worker.town.staff_token(login_name))
    assert holds(worker.town, answer.json)


def test_somebody_elses_receipt_is_as_absent_as_none(worker: Worker) -> None:
    town = worker.town
    other = Worker(town, STRANGER, worker.region_id).log_in()
    refused = [
        town.get(address(worker), other.token),
        town.get(address(worker, 9), worker.token),
        town.get(address(worker).replace(worker.voucher, "0" * 15 + "1"), worker.token),
    ]
    codes = {(answer.status_code, answer.json["code"], answer.json["detail"]) for answer in refused}
    assert codes == {(404, "not_found", "Not found, or not yours.")}


def test_a_fact_that_waits_for_the_sealer_says_so(worker: Worker) -> None:
    town = worker.town
    assert town.post(f"/api/v1/vouchers/{worker.voucher}/return", worker.token, {}).status_code == 200
    answer = town.get(address(worker, 2), worker.token)
    assert (answer.status_code, answer.json["code"]) == (409, "fact_not_sealed")


def test_anyone_reads_heads_and_that_they_only_grew(worker: Worker) -> None:
    town = worker.town
    first = town.client().get("/api/v1/ledger/heads/latest").json
    redeemed(worker)
    latest = town.client().get("/api/v1/ledger/heads/latest").json
    assert (first["head_no"], latest["head_no"]) == (1, 2)
    assert town.client().get("/api/v1/ledger/heads/1").json == first
    shown = town.client().get("/api/v1/ledger/consistency/1/2").json
    assert (shown["first"], shown["second"]) == (first, latest)
    assert holds(town, shown)
    key = town.client().get("/api/v1/ledger/key").json
    assert receipts.findings(shown, receipts.read_key(key["public_key_pem"].encode())) == []
    assert key["key_id"] == latest["key_id"]


def test_two_sizes_of_a_tree_are_proven_to_be_one_history(worker: Worker) -> None:
    redeemed(worker)
    prefix = f"/api/v1/ledger/regions/{worker.region_id}/consistency"
    shown = worker.town.client().get(f"{prefix}/1/2").json
    assert (shown["first_size"], shown["second_size"], len(shown["proof"])) == (1, 2, 1)
    assert shown["first_root"] != shown["second_root"]
    refused = [worker.town.client().get(f"{prefix}/{sizes}").json["code"] for sizes in ("2/1", "1/3", "3/3")]
    assert refused == ["heads_out_of_order", "not_found", "not_found"]


@pytest.mark.parametrize(
    "path", ["consistency/2/1", "consistency/1/2", "heads/2", "heads/0", "heads/99999999999999999999"]
)
def test_a_head_that_is_not_there_is_refused(worker: Worker, path: str) -> None:
    answer = worker.town.client().get(f"/api/v1/ledger/{path}")
    assert answer.status_code in {404, 422}
    assert answer.mimetype == "application/problem+json"


def test_an_empty_ledger_has_a_page_and_no_head(town: Town) -> None:
    assert "还没有记录" in Visitor(town).open("/ledger").text
    assert town.client().get("/api/v1/ledger/heads/latest").json["code"] == "fact_not_sealed"


def test_the_public_page_shows_the_newest_head(worker: Worker) -> None:
    page = Visitor(worker.town).open("/ledger").text
    head = worker.town.client().get("/api/v1/ledger/heads/latest").json
    assert head["root"] in page
    assert head["signature"] in page
    assert "verify-receipt" in page
    assert "BEGIN PUBLIC KEY" in page


def test_a_worker_follows_the_voucher_to_its_receipt(worker: Worker) -> None:
    visitor = Visitor(worker.town)
    visitor.http.set_cookie("voucher_session", worker.token)
    own = f"/ledger/vouchers/{worker.region_id}/{worker.voucher}"
    assert own in visitor.open("/ledger").text
    receipt = f"/ledger/receipts/{worker.region_id}/{worker.voucher}/1"
    assert receipt in visitor.open(own).text
    page = visitor.open(receipt).text
    assert "已在封存的账本中" in page
    assert address(worker) in page
    assert holds(worker.town, visitor.http.get(address(worker)).json)


def test_a_page_says_that_a_fact_is_about_to_be_sealed(worker: Worker) -> None:
    assert worker.town.post(f"/api/v1/vouchers/{worker.voucher}/return", worker.token, {}).status_code == 200
    visitor = Visitor(worker.town)
    visitor.http.set_cookie("voucher_session", worker.token)
    assert "正在封存" in visitor.open(f"/ledger/receipts/{worker.region_id}/{worker.voucher}/2").text


def test_somebody_elses_pages_are_absent(worker: Worker) -> None:
    other = Visitor(worker.town)
    other.http.set_cookie("voucher_session", Worker(worker.town, STRANGER, worker.region_id).log_in().token)
    assert other.open(f"/ledger/receipts/{worker.region_id}/{worker.voucher}/1").status_code == 404
    assert other.open(f"/ledger/vouchers/{worker.region_id}/{worker.voucher}").status_code == 404


def test_the_terminal_prints_what_it_can_check_itself(worker: Worker, tmp_path: Path) -> None:
    """Prove by the commands alone, as an operator would, and check with no database at all."""
    redeemed(worker)
    settings = worker.town.app.extensions["settings"]
    service = {"DATABASE_URL": settings.database_url, "DATA_DIR": str(settings.data_dir)}

    def run(*command: str, **environment: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "voucher_service", *command],
            cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    for name, command in {
        "receipt": ("ledger", "receipt", str(worker.region_id), worker.voucher, "2"),
        "consistency": ("ledger", "consistency", "1", "2"),
        "key": ("ledger", "public-key"),
    }.items():
        code, said = run(*command, **service)
        assert code == 0, said
        (tmp_path / name).write_text(said)
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "DATA_DIR": str(tmp_path / "nothing")}
    key = ("--key", str(tmp_path / "key"))
    assert run("verify-receipt", str(tmp_path / "receipt"), *key, **nowhere) == (0, "it holds\n")
    assert run("verify-receipt", str(tmp_path / "consistency"), *key, **nowhere) == (0, "it holds\n")
    altered = json.loads((tmp_path / "receipt").read_text())
    altered["fact"]["amount_fen"] += 1
    (tmp_path / "receipt").write_text(json.dumps(altered))
    code, said = run("verify-receipt", str(tmp_path / "receipt"), *key, **nowhere)
    assert (code, said) == (1, "BROKEN the fact is not in the region's tree\nit does not hold\n")
    (tmp_path / "receipt").write_text("{")
    assert run("verify-receipt", str(tmp_path / "receipt"), *key, **nowhere)[0] == 2
    code, said = run("ledger", "receipt", str(worker.region_id), "0" * 16, "1", **service)
    assert (code, "not_found" in said) == (1, True)
