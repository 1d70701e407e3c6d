"""Every page of the worker can be read in English and in large type, and nothing stays Chinese but names."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from tests.faces.browsing import PAGE, Visitor, particulars
from tests.faces.test_worker import REGION, WILLING, claim_page, claimed
from tests.journey.city import PEOPLE
from voucher_service.faces import display, hold_words, outlooks, progress, scan_words, wording

if TYPE_CHECKING:
    from tests.journey.city import Town

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
WORKERS_TEMPLATES = sorted(
    [
        *(TEMPLATES / name for name in ("base.html", "home.html", "forms.html", "problem.html")),
        *(TEMPLATES / "worker").glob("*.html"),
        *(TEMPLATES / "session").glob("*.html"),
        *(TEMPLATES / "scan").glob("*.html"),
    ]
)
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
VOID = {"area", "base", "br", "hr", "img", "input", "link", "meta", "path"}
READ_ALOUD = {"alt", "title", "aria-label", "placeholder"}


class EnglishPage(HTMLParser):
    """Collects the Chinese of a page that is not said to be Chinese, attributes that are read aloud included."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.languages: list[tuple[str, str | None]] = [("page", "en")]
        self.left: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        language = said.get("lang") or self.languages[-1][1]
        for name, value in attrs:
            spoken = name in READ_ALOUD or name.startswith("data-says")
            if spoken and language != "zh-CN" and CHINESE.search(value or ""):
                self.left.append(f"{tag} {name}: {value}")
        if tag not in VOID:
            self.languages.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        while len(self.languages) > 1 and self.languages.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.languages[-1][1] != "zh-CN" and CHINESE.search(data):
            self.left.append(data.strip())


def chinese_left(page: str) -> list[str]:
    return EnglishPage(page).left


@pytest.fixture
def reader(visitor: Visitor) -> Visitor:
    visitor.http.set_cookie("language", "en")
    return visitor


def switch(visitor: Visitor, **chosen: str) -> str:
    answer = visitor.http.post("/display", data={"next": "/login", **chosen}, headers=PAGE)
    assert (answer.status_code, answer.location) == (303, "/login")
    return str(visitor.open("/login").text)


def log_in(reader: Visitor) -> None:
    sent = reader.send("/login", **particulars(PEOPLE[0], REGION))
    page = reader.open(sent.location).text
    assert chinese_left(page) == []
    code = re.search(r"<strong>(\d{6})", page)
    assert code
    reader.send(sent.location, code=code[1])


def test_a_page_that_stayed_chinese_is_found() -> None:
    assert chinese_left('<p>Hello <b>你好</b></p><img alt="码"><span lang="zh-CN">王</span>') == ["你好", "img alt: 码"]


def test_every_page_of_the_worker_is_english(reader: Visitor, town: Town) -> None:
    for path in ("/", f"/?region={REGION}", "/login", "/staff/login", "/worth", "/nothing"):
        assert chinese_left(reader.open(path).text) == [], path
    log_in(reader)
    for path in ("/my", claim_page(town), "/training", "/my/data", "/classes?region=", "/classes?occupation=DM01"):
        assert chinese_left(reader.open(path).text) == [], path
    found = re.search(r'href="(/classes/\d+/[0-9a-f]{16})"', reader.open("/classes?region=").text)
    assert found
    form = {**reader.hidden(claim_page(town)), **WILLING}
    review = reader.http.post(f"{claim_page(town)}/review", data=form, headers=PAGE).text
    unwilling = reader.http.post(f"{claim_page(town)}/review", data={**form, "wants_work": "no"}, headers=PAGE).text
    unanswered = reader.http.post(
        f"{claim_page(town)}/review", data={"csrf_token": form["csrf_token"]}, headers=PAGE
    ).text
    for page in (reader.open(found[1]).text, review, unwilling, unanswered):
        assert 'lang="en"' in page
        assert chinese_left(page) == []
    voucher = claimed(reader)
    for path in (voucher, f"{voucher}/code", f"{voucher}/give-back", claim_page(town), "/my"):
        assert chinese_left(reader.open(path).text) == [], path
    reader.http.post(f"{voucher}/code", data=reader.hidden(f"{voucher}/code"), headers=PAGE)
    assert chinese_left(reader.open(f"{voucher}/code").text) == []


def test_a_page_that_was_read_in_chinese_before_is_english_too(visitor: Visitor) -> None:
    """A template is compiled once: nothing that depends on the reader may be folded into it."""
    visitor.log_in(PEOPLE[0], REGION)
    voucher = claimed(visitor)
    pages = (voucher, "/my", "/training", "/my/data", "/worth", "/classes?region=")
    for path in pages:
        assert chinese_left(visitor.open(path).text) != [], path
    visitor.http.set_cookie("language", "en")
    for path in pages:
        assert chinese_left(visitor.open(path).text) == [], path


def test_a_refused_log_in_is_told_in_english(reader: Visitor) -> None:
    page = reader.send("/login", **particulars(PEOPLE[0], REGION) | {"id_number": "1"}).text
    assert "An ID number has 18 characters" in page
    assert chinese_left(page) == []


def catalogue() -> dict[str, str]:
    known: dict[str, str] = {}
    for path in display.CATALOGUES:
        with path.open("rb") as source:
            found = {str(message.id): str(message.string) for message in read_po(source) if message.id}
        assert not known.keys() & found.keys(), path.name
        known |= found
    return known


def said_by_pages() -> set[str]:
    return {
        message if isinstance(message, str) else message[0]
        for template in WORKERS_TEMPLATES
        for _, message, _, _ in extract_from_file("jinja2", template, options={"newstyle_gettext": "true"})
    }


def said_by_words() -> set[str]:
    words = (
        wording.REGIONS,
        wording.VOUCHER_STATES,
        wording.FACTS,
        wording.LEVELS,
        wording.CERTIFICATES,
        wording.QUESTIONS,
        wording.SCHOOLINGS,
        wording.ROLES,
        wording.PURPOSES,
        hold_words.HOLD_KINDS,
        wording.RELATIONS,
        wording.NOTICES,
        wording.OBJECTION_KINDS,
        wording.FLAGS,
        {str(score): word for score, word in wording.SCORES.items()},
        outlooks.STEP_NAMES,
        outlooks.WHOSE,
        outlooks.STANDING_MARKS,
        outlooks.OUTCOMES,
    )
    steps = {text for step in progress.STEPS.values() for text in (step.done, step.next, step.whose)}
    scanner = {*scan_words.SAYINGS.values(), *(text for reason in scan_words.REASONS.values() for text in reason)}
    told = {wording.OTHER_PURPOSE, "%(sum)s 元"}
    return {text for table in words for text in table.values()} | steps | scanner | told


def test_no_text_of_a_page_lacks_a_translation() -> None:
    known = catalogue()
    assert sorted(said_by_pages() | said_by_words()) == sorted(known)
    assert [text for text, english in known.items() if not english.strip() or CHINESE.search(english)] == []


def test_a_translation_fills_the_same_places() -> None:
    places = re.compile(r"%\(\w+\)s|\{\w+\}")
    wrong = [text for text, english in catalogue().items() if set(places.findall(text)) != set(places.findall(english))]
    assert wrong == []


def test_large_type_and_english_are_switched_without_a_script(visitor: Visitor) -> None:
    assert '<html lang="zh-CN">' in visitor.open("/login").text
    assert '<html lang="zh-CN" class="large">' in switch(visitor, size="large")
    assert '<html lang="en" class="large">' in switch(visitor, language="en")
    assert '<html lang="zh-CN">' in switch(visitor, size="normal", language="zh")


@pytest.mark.parametrize("chosen", [{}, {"size": "huge"}, {"language": "fr"}])
def test_what_cannot_be_chosen_is_refused(visitor: Visitor, chosen: dict[str, str]) -> None:
    assert visitor.http.post("/display", data=chosen, headers=PAGE).status_code == 422


def test_the_switch_leads_back_to_our_own_pages_only(visitor: Visitor) -> None:
    answer = visitor.http.post("/display", data={"size": "large", "next": "//elsewhere.example"}, headers=PAGE)
    assert answer.location == "/"


def test_staff_pages_stay_chinese(visitor: Visitor) -> None:
    staff = visitor.log_in_as_staff("bureau1")
    staff.http.set_cookie("language", "en")
    assert '<html lang="zh-CN">' in staff.open("/bureau/").text


@pytest.mark.parametrize("path", ["/", "/login", "/staff/login", "/rules"])
def test_every_page_leads_everyone_to_the_rules_and_to_the_ledger(visitor: Visitor, path: str) -> None:
    footer = visitor.open(path).text.rsplit("<footer>", 1)[1]
    linked = re.findall(r'href="([^"]+)"', footer)
    assert linked == ["/rules", "/ledger", "/api/docs"]
    assert {visitor.open(address).status_code for address in linked} == {200}
