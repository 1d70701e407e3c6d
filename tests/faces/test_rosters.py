"""Rosters through the pages: uploaded, mapped, checked, answered; vouchers offered by the bureau and claimed."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.faces.browsing import PAGE, Visitor, hidden_in
from tests.faces.staff import SchoolClass, first_class
from tests.journey.city import PEOPLE
from tests.rosters.school import row, stranger, table
from tests.sheets.tables import rows_in, xlsx
from voucher_service.database import db
from voucher_service.sheets import service as sheets

if TYPE_CHECKING:
    from tests.journey.city import Town

FIELDS = ("name", "id_number", "category", "wants_training", "wants_work", "able_to_attend")
MAPPING = {field: str(column) for column, field in enumerate(FIELDS, start=1)}


@pytest.fixture
def school(town: Town) -> SchoolClass:
    return first_class(town)


def upload(school: SchoolClass, clerk: Visitor, content: bytes) -> Any:
    address = f"{school.page}/roster"
    form = clerk.open(address).text
    hidden = hidden_in(form[: form.index("</form>", form.index("multipart"))])
    return clerk.http.post(address, data={**hidden, "file": (io.BytesIO(content), "表.xlsx")}, headers=PAGE)


def work(town: Town) -> None:
    with town.app.app_context():
        while sheets.work(town.clock.now()):
            db.session.remove()


def check(school: SchoolClass, clerk: Visitor, *rows: Any, **mapping: str) -> str:
    uploaded = upload(school, clerk, xlsx(table(*rows)))
    assert uploaded.status_code == 303, uploaded.text
    address = str(uploaded.location)
    page = clerk.open(address).text
    proof = hidden_in(page[: page.index("</form>", page.index("确认各列"))])
    confirmed = clerk.http.post(address, data={**proof, **MAPPING, **mapping}, headers=PAGE)
    assert confirmed.status_code == 303, confirmed.text
    assert "正在核对" in clerk.open(address).text
    assert clerk.open(f"{address}/progress").get_json() == {"state": "checking", "checked": 0, "total": len(rows)}
    work(school.town)
    return address


def test_a_roster_is_uploaded_mapped_checked_and_shown(school: SchoolClass) -> None:
    clerk = school.staff("school1-clerk")
    address = check(school, clerk, row(stranger()), row(stranger()))
    assert "2 行全部通过" in clerk.open(address).text
    page = clerk.open(f"{school.page}/roster").text
    assert "应到 2 人，已到班用券 0 人" in page
    assert f'href="{address}"' in page
    scanner = clerk.open(f"/scan/{school.page.rsplit('/', 1)[-1]}").text
    assert '<strong id="expected">2</strong>' in scanner


def test_bad_rows_are_named_with_their_clause_and_come_back_in_the_table(school: SchoolClass) -> None:
    clerk = school.staff("school1-clerk")
    address = check(school, clerk, row(stranger()), row(stranger(), 培训意愿="否"))
    page = clerk.open(address).text
    assert "1 行有误，整份没有生效" in page
    assert '<td class="number" data-label="行">3</td>' in page
    assert "二(三)1" in page
    with clerk.open(f"{address}/workbook") as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "person_unwilling" in rows_in(answer.data)[2][-1]
    assert "还没有核对通过的花名册" in clerk.open(f"{school.page}/roster").text


def test_a_mapping_without_a_required_column_is_asked_for_again(school: SchoolClass) -> None:
    clerk = school.staff("school1-clerk")
    address = str(upload(school, clerk, xlsx(table(row(stranger())))).location)
    page = clerk.open(address).text
    assert re.search(r'<option value="1" selected>第 2 列：姓名', page)
    proof = hidden_in(page[: page.index("</form>", page.index("确认各列"))])
    answer = clerk.http.post(address, data={**proof, **MAPPING, "name": ""}, headers=PAGE)
    assert (answer.status_code, "还没有为 姓名 选择列" in answer.text) == (422, True)
    answer = clerk.http.post(address, data={**proof, **MAPPING, "name": "x"}, headers=PAGE)
    assert answer.status_code == 422
    dropped = clerk.http.post(f"{address}/discard", data=clerk.hidden(address), headers=PAGE)
    assert (dropped.status_code, dropped.location) == (303, f"{school.page}/roster")
    assert "已放弃" in clerk.open(address).text


@pytest.mark.parametrize(("content", "said"), [(b"%PDF", "sheet_foreign"), (b"", "sheet_empty")])
def test_a_file_that_cannot_be_read_is_said_on_the_page(school: SchoolClass, content: bytes, said: str) -> None:
    answer = upload(school, school.staff("school1-clerk"), content)
    assert (answer.status_code, said in answer.text) == (422, True)


def test_another_school_sees_none_of_it(school: SchoolClass) -> None:
    address = str(upload(school, school.staff("school1-clerk"), xlsx(table(row(stranger())))).location)
    other = school.staff("school2-clerk")
    for path in (address, f"{address}/progress", f"{address}/workbook", f"{school.page}/roster"):
        assert other.open(path).status_code == 404


def test_offered_by_two_of_the_bureau_and_claimed_by_the_worker(town: Town, school: SchoolClass) -> None:
    person = PEOPLE[0]
    worker = Visitor(town).log_in(person, school.region_id)
    admin = school.staff("school1-admin")
    check(school, admin, row(person))
    roster = f"{school.page}/roster"
    page = admin.open(roster).text
    assert "申请定向发券" in page
    asked = admin.http.post(f"{roster}/offer", data=hidden_in(page), headers=PAGE)
    assert asked.status_code == 303
    assert "等人社部门初审" in admin.open(roster).text
    for login_name in ("bureau-clerk", "bureau1"):
        bureau = school.staff(login_name)
        page = bureau.open("/bureau/offers").text
        address = re.search(r'action="(/bureau/offers/[0-9a-f]{16})"', page)
        assert address
        decided = bureau.http.post(address[1], data={**hidden_in(page), "approved": "yes"}, headers=PAGE)
        assert decided.status_code == 303
    assert "没有等待审核的定向发券" in bureau.open("/bureau/offers").text
    home = worker.open("/my").text
    voucher = re.search(r'href="(/vouchers/[0-9a-f]{16})"', home)
    assert voucher
    assert "待领取" in home
    page = worker.open(voucher[1]).text
    assert "人社部门向您发放了这张券" in page
    answers = {"wants_training": "yes", "wants_work": "yes", "able_to_attend": "yes", "schooling": "none"}
    answers |= {"post": "other", "former_post": "other"}
    proof = hidden_in(page[: page.index("</form>", page.index("acceptance"))])
    claimed = worker.http.post(f"{voucher[1]}/acceptance", data={**proof, **answers}, headers=PAGE)
    assert (claimed.status_code, claimed.location) == (303, voucher[1])
    assert "已领取，可用" in worker.open(voucher[1]).text


def test_certificates_and_results_are_taken_as_tables_too(school: SchoolClass) -> None:
    clerk = school.staff("school1-clerk")
    assert clerk.open(f"{school.page}/tables/results").status_code == 404
    assert clerk.open(f"{school.page}/tables/rosters").status_code == 404
    address = f"{school.page}/tables/certificates"
    page = clerk.open(address).text
    assert "导入证书" in page
    hidden = hidden_in(page[: page.index("</form>", page.index("multipart"))])
    rows = [
        ["姓名", "身份证号", "发证机构", "证书编号", "考核日期", "发证日期"],
        ["测甲乙", "1", "x", "1", "2026-06-01", ""],
    ]
    kept = clerk.http.post(address, data={**hidden, "file": (io.BytesIO(xlsx(rows)), "x.xlsx")}, headers=PAGE)
    assert kept.status_code == 303
    sheet = str(kept.location)
    proof = clerk.hidden(sheet)
    fields = ("name", "id_number", "issuer", "number", "examined_on", "issued_on")
    mapping = {field: str(column) for column, field in enumerate(fields)}
    assert clerk.http.post(sheet, data={**proof, **mapping}, headers=PAGE).status_code == 303
    work(school.town)
    told = clerk.open(sheet).text
    assert "id_number_malformed" in told
    assert f'href="{address}"' in told
