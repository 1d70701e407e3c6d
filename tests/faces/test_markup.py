"""Every page, of refused forms and lost visitors too, is HTML that a strict reader takes, and none is left out."""

from __future__ import annotations

import re
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import html5lib

from tests.faces import walking
from tests.faces.walking import lost, sent_empty

if TYPE_CHECKING:
    from tests.faces.walking import Page, Walk

ID = re.compile(r'\sid="([^"]+)"')
DOCS = Path(__file__).resolve().parents[2] / "docs"
LINK = re.compile(r"\]\(([^)]+)\)")
PICTURE = re.compile(r"screenshots/pages/(?P<endpoint>[a-z_.]+)-(?P<width>\d+)\.webp")
REFERENCE = re.compile(r'\s(?:for|aria-describedby|aria-labelledby|aria-controls)="([^"]+)"')


def faults_of(html: str) -> list[str]:
    """What a strict reader minds, ids that are there twice, and references to ids that are not there."""
    parser = html5lib.HTMLParser()
    parser.parse(html)
    found = [f"{position}: {code} {figures}" for position, code, figures in parser.errors]
    ids = ID.findall(html)
    found += [f"twice: {name}" for name in sorted({name for name in ids if ids.count(name) > 1})]
    named = {name for names in REFERENCE.findall(html) for name in names.split()}
    return found + [f"nowhere: {name}" for name in sorted(named - set(ids))]


def faulty(pages: list[Page]) -> list[str]:
    distinct = {page.html: page for page in pages}
    return [f"{page.role} {page.path}: {faults}" for html, page in distinct.items() if (faults := faults_of(html))]


def test_a_faulty_page_is_found() -> None:
    page = '<!doctype html><html lang="en"><title>x</title><p id="a"><div id="a"></p><label for="b">c</label>'
    assert [fault.split(":")[0] for fault in faults_of(page)][-2:] == ["twice", "nowhere"]
    assert len(faults_of(page)) > 2


def test_no_page_is_left_out(walk: Walk) -> None:
    assert walk.left_out() == []


def test_every_page_has_its_pictures_in_the_book(walk: Walk) -> None:
    """`python -m tests.browser.screenshots` draws docs/pages.md and its pictures anew."""
    pictures = [PICTURE.fullmatch(link) for link in LINK.findall((DOCS / "pages.md").read_text(encoding="utf-8"))]
    found = {(picture["endpoint"], picture["width"]) for picture in pictures if picture}
    pages = {page.endpoint for page in walk.pages if page.status == HTTPStatus.OK}
    assert found == {(endpoint, width) for endpoint in pages for width in ("375", "1280")}
    assert all((DOCS / picture[0]).is_file() for picture in pictures if picture)


def test_every_page_of_every_role_is_sound(walk: Walk) -> None:
    assert {page.role for page in walk.pages} >= {"public", *walking.HOLDERS, "institution_clerk", "bureau_reviewer"}
    assert faulty(walk.pages) == []


def test_every_page_that_refuses_is_sound(walk: Walk) -> None:
    refused = [*lost(walk.town), *sent_empty(walk)]
    assert {page.status for page in refused} >= {400, 403, 404}
    assert faulty(refused) == []
