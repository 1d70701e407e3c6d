from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.faces.browsing import PAGE, Visitor, hidden_in, particulars
from tests.journey.city import PEOPLE

if TYPE_CHECKING:
    from tests.journey.city import Town

REGION = 411202
WILLING = {
    "wants_training": "yes",
    "wants_work": "yes",
    "able_to_attend": "yes",
    "schooling": "none",
    "post": "other",
    "former_post": "other",
}


@pytest.fixture
def worker(visitor: Visitor) -> Visitor:
    return visitor.log_in(PEOPLE[0], REGION)


def claim_page(town: Town) -> str:
    return f"/claim/{town.city.programme_id}"


def reviewed(worker: Visitor, **changes: str) -> dict[str, str]:
    """The form of the review page, which is the claim itself."""
    page = worker.http.post(
        f"{claim_page(worker.town)}/review",
        data={**worker.hidden(claim_page(worker.town)), **WILLING, **changes},
        headers=PAGE,
    )
    assert page.status_code == 200, page.text
    return hidden_in(page.text)


def claimed(worker: Visitor) -> str:
    answer = worker.http.post(claim_page(worker.town), data=reviewed(worker), headers=PAGE)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_anyone_sees_the_front_page(visitor: Visitor) -> None:
    page = visitor.open("/")
    assert page.status_code == 200
    assert "以证换券" in page.text


def test_the_session_cookie_is_out_of_reach_of_scripts(worker: Visitor) -> None:
    cookie = worker.http.get_cookie("voucher_session")
    assert cookie
    assert cookie.http_only
    assert cookie.same_site == "Lax"


def test_a_worker_claims_and_sees_the_voucher(worker: Visitor) -> None:
    assert "本地还剩" in worker.open("/my").text
    page = worker.open(claimed(worker))
    assert "live-code.js" in page.text
    assert "领取培训券" in page.text
    assert "没有价值" in page.text


def test_sending_the_same_claim_twice_is_one_voucher(worker: Visitor) -> None:
    form = reviewed(worker)
    answers = [worker.http.post(claim_page(worker.town), data=form, headers=PAGE) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location


def test_a_second_voucher_is_refused_on_a_page(worker: Visitor) -> None:
    form = reviewed(worker)
    claimed(worker)
    refused = worker.http.post(claim_page(worker.town), data=form, headers=PAGE)
    assert refused.status_code == 409
    assert "voucher_already_held" in refused.text
    assert "您已有一张在用的培训券" in worker.open(claim_page(worker.town)).text


def test_the_unwilling_read_why_not(worker: Visitor) -> None:
    form = {**worker.hidden(claim_page(worker.town)), **WILLING, "wants_work": "no"}
    refused = worker.http.post(f"{claim_page(worker.town)}/review", data=form, headers=PAGE)
    assert refused.status_code == 409
    assert "问卷显示" in refused.text
    assert "二(三)1" in refused.text


def test_the_review_shows_everything_before_it_counts(worker: Visitor) -> None:
    form = {**worker.hidden(claim_page(worker.town)), **WILLING}
    page = worker.http.post(f"{claim_page(worker.town)}/review", data=form, headers=PAGE).text
    assert "2026-06-02（含当天）" in page
    assert "湖滨区" in page
    assert "我的培训券" in worker.open("/my").text
    assert "您还没有培训券" in worker.open("/my").text


def test_an_unanswered_question_is_named_and_linked(worker: Visitor) -> None:
    form = {**worker.hidden(claim_page(worker.town)), "wants_training": "yes", "wants_work": "yes"}
    page = worker.http.post(f"{claim_page(worker.town)}/review", data=form, headers=PAGE)
    assert page.status_code == 422
    assert '<a href="#able_to_attend">' in page.text
    assert 'aria-describedby="able_to_attend-fault"' in page.text


def test_a_declaration_that_is_missing_is_asked_for_again(worker: Visitor) -> None:
    for sent, missing in ((None, "schooling"), ("school", "schooling")):
        form = {**worker.hidden(claim_page(worker.town)), **WILLING, "schooling": sent or ""}
        page = worker.http.post(f"{claim_page(worker.town)}/review", data=form, headers=PAGE)
        assert page.status_code == 422
        assert f'<a href="#{missing}">' in page.text
        assert f'id="{missing}-fault"' in page.text
    form = {**reviewed(worker), "schooling": ""}
    refused = worker.http.post(claim_page(worker.town), data=form, headers=PAGE)
    assert (refused.status_code, "declaration_unreadable" in refused.text) == (422, True)


def test_only_an_employee_is_asked_for_the_field_of_the_post(visitor: Visitor) -> None:
    other = visitor.log_in(PEOPLE[0]._replace(category="unemployed"), REGION)
    assert 'name="post"' not in other.open(claim_page(other.town)).text
    employee = Visitor(visitor.town).log_in(PEOPLE[1]._replace(category="enterprise_employee"), REGION)
    asked = employee.open(claim_page(employee.town)).text
    assert '<select id="post" name="post" required' in asked
    assert '<option value="machining">焊工、车工、钳工、多工序数控机床操作调整工</option>' in asked
    form = {**employee.hidden(claim_page(employee.town)), **WILLING, "post": "", "former_post": ""}
    page = employee.http.post(f"{claim_page(employee.town)}/review", data=form, headers=PAGE)
    assert (page.status_code, '<a href="#post">' in page.text) == (422, True)
    review = employee.http.post(f"{claim_page(employee.town)}/review", data={**form, "post": "machining"}, headers=PAGE)
    assert "<strong>焊工、车工、钳工、多工序数控机床操作调整工</strong>" in review.text
    form = {**hidden_in(review.text), "post": "other"}
    refused = employee.http.post(claim_page(employee.town), data=form, headers=PAGE)
    assert (refused.status_code, "企业职工只能学与本岗位相同或相近的工种" in refused.text) == (409, True)
    claim = employee.http.post(claim_page(employee.town), data=hidden_in(review.text), headers=PAGE)
    assert claim.status_code == 303


@pytest.mark.parametrize(
    ("declared", "told", "bound"),
    [
        ({"post": "care", "former_post": ""}, "与您申报的岗位不相近", "这张券用在这些工种的班上："),
        ({"post": "care", "former_post": "machining"}, "与您申报的岗位不相近", "这张券不能用在这些工种的班上："),
        ({"schooling": "other_school"}, "毕业年度在校生只能参加创业培训", "这张券用在这些工种的班上："),
    ],
)
def test_the_classes_say_which_the_voucher_is_not_for(
    visitor: Visitor, declared: dict[str, str], told: str, bound: str
) -> None:
    town = visitor.town
    worker = visitor.log_in(PEOPLE[2]._replace(category="enterprise_employee"), REGION)
    assert told not in worker.open("/classes?region=&occupation=DM01").text
    form = reviewed(worker, **declared)
    page = worker.http.post(claim_page(town), data=form, headers=PAGE).location
    assert bound in worker.open(page).text
    found = worker.open("/classes?region=&occupation=DM01").text
    assert found.count(told) == found.count('<section class="card">') > 0
    other = "DA02" if "schooling" in declared else "DS01"
    assert told not in worker.open(f"/classes?region=&occupation={other}").text
    one = re.search(r'href="(/classes/\d+/[0-9a-f]{16})"', found)
    assert one
    assert told in worker.open(one[1]).text


def test_a_voucher_is_given_back_once(worker: Visitor) -> None:
    voucher = claimed(worker)
    form = worker.hidden(f"{voucher}/give-back")
    given_back = worker.http.post(f"{voucher}/give-back", data=form, headers=PAGE)
    assert given_back.status_code == 303
    assert "已退回" in worker.open(voucher).text
    assert worker.http.post(f"{voucher}/give-back", data=form, headers=PAGE).status_code == 409


def test_somebody_elses_voucher_is_absent(worker: Visitor) -> None:
    voucher = claimed(worker)
    other = Visitor(worker.town).log_in(PEOPLE[1], REGION)
    assert other.open(voucher).status_code == 404
    assert other.open(f"{voucher}/give-back").status_code == 404


def test_a_code_is_drawn_for_its_holder(worker: Visitor) -> None:
    proof = worker.hidden("/my")
    drawn = worker.http.post("/voucher/picture", data={**proof, "digits": "1" * 253})
    assert (drawn.status_code, drawn.mimetype) == (200, "image/svg+xml")
    assert worker.http.post("/voucher/picture", data={**proof, "digits": "１" * 253}).status_code == 422


@pytest.mark.parametrize("path", ["/login", "/staff/login", "/login/0000000000000001"])
def test_a_forged_log_in_is_refused(visitor: Visitor, path: str) -> None:
    assert visitor.http.post(path, data={}, headers=PAGE).status_code == 400


@pytest.mark.parametrize("path", ["/logout", "/voucher/picture", "/claim/1"])
def test_a_forged_write_is_refused(worker: Visitor, path: str) -> None:
    assert worker.http.post(path, data=WILLING, headers=PAGE).status_code == 400


def test_bad_particulars_come_back_with_the_reason(visitor: Visitor) -> None:
    answer = visitor.send("/login", **particulars(PEOPLE[0], REGION) | {"id_number": "1"})
    assert answer.status_code == 422
    assert "id_number_malformed" in answer.text
    assert PEOPLE[0].name in answer.text


def test_a_region_that_is_no_number_is_refused(visitor: Visitor) -> None:
    answer = visitor.send("/login", **particulars(PEOPLE[0], REGION) | {"region_id": "４１１２０２"})
    assert answer.status_code == 422
    assert "region_unknown" in answer.text


def test_a_wrong_code_is_refused(visitor: Visitor) -> None:
    sent = visitor.send("/login", **particulars(PEOPLE[0], REGION))
    answer = visitor.send(sent.location, code="x")
    assert answer.status_code == 401
    assert "code_not_accepted" in answer.text


def test_strangers_are_led_to_the_door_and_nowhere_else(visitor: Visitor) -> None:
    assert visitor.open("/my").location == "/login?next=/my"
    page = visitor.send("/login?next=//elsewhere.example", **particulars(PEOPLE[0], REGION))
    assert page.location.endswith("next=/my")


def test_logging_out_ends_the_session(worker: Visitor) -> None:
    token = worker.http.get_cookie("voucher_session")
    assert token
    assert worker.http.post("/logout", data=worker.hidden("/my"), headers=PAGE).status_code == 303
    worker.http.set_cookie("voucher_session", token.value)
    assert worker.open("/my").status_code == 302


def test_logging_out_everywhere_ends_every_phone(town: Town) -> None:
    phones = [Visitor(town).log_in(PEOPLE[0], REGION) for _ in range(2)]
    other = Visitor(town).log_in(PEOPLE[1], REGION)
    assert phones[0].http.post("/logout/everywhere", data=phones[0].hidden("/my"), headers=PAGE).status_code == 303
    assert [phone.open("/my").status_code for phone in (*phones, other)] == [302, 302, 200]


def test_no_page_of_a_worker_is_kept_or_names_them_in_its_address(worker: Visitor) -> None:
    voucher = claimed(worker)
    for path in ("/my", voucher, f"{voucher}/paper", "/help", "/my/data", "/my/data.json", "/training/record.json"):
        page = worker.open(path)
        assert page.headers["Cache-Control"] == "no-store", path
        for told in (PEOPLE[0].name, PEOPLE[0].id_number, PEOPLE[0].phone):
            assert told not in "".join(part.split('"')[0] for part in page.text.split('href="')[1:]), path
