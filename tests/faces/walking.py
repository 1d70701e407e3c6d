"""Walks every page of the service as each role can: from the pages without a number in their address, link by link.

Nothing lists the pages: whatever the address map has and no link leads to is found missing, so that a new page is
looked at without anybody adding it. `python -m tests.faces.walking FOLDER` writes all pages down for a checker from
outside.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from werkzeug.exceptions import HTTPException

from tests.faces.browsing import PAGE, Visitor, hidden_in, particulars
from tests.faces.staff import first_class
from tests.faces.test_helping import asked_for_phone, claim_for, lent, received
from tests.faces.test_rosters import check
from tests.faces.test_staff import plan
from tests.faces.test_worker import REGION
from tests.journey.city import PEOPLE, Town, Worker, close_town, open_town
from tests.rosters.school import row, stranger
from voucher_service.database.migration import migrate
from voucher_service.identifiers import to_hex
from voucher_service.web.access import PUBLIC, allowed_roles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOLDER: Final = "holder"
HOLDERS: Final = {HOLDER: PEOPLE[0], "holder with a live code": PEOPLE[2]}
MOST_OF_AN_ENDPOINT: Final = 4
"""So many addresses of one view are opened at most: a class in another state looks different."""
LINK: Final = re.compile(r'<a\s[^>]*?href="([^"]+)"')
FORM: Final = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
NOT_PAGES: Final = {
    "static",
    "health.healthz",
    "health.readyz",
    "health.metrics",
    "scan_pages.show_standing",
    "worker.worker_code.show_standing",
    "institution.sheets.show_progress",
}
"""What scripts and machines ask; none of it is HTML."""
AFTER_AN_ACT: Final = {"bureau.show_findings": "/bureau/classes/{training_class}/findings"}
"""Pages that no link leads to before somebody acts, and where they are for the town's first class."""


WITH_THE_CODE_OF_THE_MOMENT: Final = {"worker.worker_sign_in.show_code"}
"""The page behind a class's rotating sign-in code, which is gone before a walk comes back."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page as one role saw it."""

    role: str
    endpoint: str
    path: str
    status: int
    html: str

    def links(self) -> list[str]:
        """Where the page leads to, as paths."""
        here = (urlsplit(urljoin(self.path, unescape(link))) for link in LINK.findall(self.html))
        return [f"{link.path}?{link.query}" if link.query else link.path for link in here if not link.netloc]


@dataclass
class Walk:
    """Everything that was found, in a town through whose life it goes."""

    town: Town
    look: Callable[[Visitor, Page], None] = lambda _visitor, _page: None
    """Is shown each page while it is there."""
    pages: list[Page] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    """The endpoints that answered, pages or not."""
    more: dict[str, list[str]] = field(default_factory=dict)
    """By role: where somebody's own doing has led, and no link does."""
    known: set[tuple[str, str]] = field(default_factory=set)
    """What a role has seen of what is for everybody: it stays the same while the town lives."""

    def everyone(self) -> Iterator[tuple[str, Visitor]]:
        """Each role once, with a log-in of its own."""
        yield PUBLIC, Visitor(self.town)
        for name, person in HOLDERS.items():
            yield name, Visitor(self.town).log_in(person, self.town.city.schools[0].region_id)
        roles: set[str] = set()
        for login_name, who in self.town.city.staff.items():
            if who.role not in roles:
                roles.add(who.role)
                self.town.tokens.pop(login_name, None)
                yield who.role, Visitor(self.town).log_in_as_staff(login_name)

    def go(self) -> list[Page]:
        """Open what each role can reach now; return the pages that are new."""
        before = len(self.pages)
        for role, visitor in self.everyone():
            self._go_as(role, visitor)
        return self.pages[before:]

    def _go_as(self, role: str, visitor: Visitor) -> None:
        opened: dict[str, set[str]] = {}
        waiting = deque(self._starts(role))
        if role == PUBLIC:
            waiting.append(_log_in_page(visitor, self.town))
        while waiting:
            path = waiting.popleft()
            endpoint = self.endpoint_of(path)
            paths = opened.setdefault(endpoint, set())
            if not endpoint or path in paths or len(paths) >= MOST_OF_AN_ENDPOINT or (role, path) in self.known:
                continue
            paths.add(path)
            if PUBLIC in allowed_roles(self.town.app, endpoint):
                self.known.add((role, path))
            with visitor.open(path) as answer:  # a download holds its file open until then
                answer.get_data()
            assert answer.status_code < 500, (role, path, answer.status_code)
            self.seen.add(endpoint)
            if answer.mimetype == "text/html" and answer.status_code != 302:
                self.pages.append(Page(role, endpoint, path, answer.status_code, answer.text))
                self.look(visitor, self.pages[-1])
                waiting.extend(self.pages[-1].links())

    def _starts(self, role: str) -> list[str]:
        """The pages of a role whose address has no number in it, and those that only an act leads to."""
        mine = [
            rule
            for rule in self.town.app.url_map.iter_rules()
            if _is_page(rule.rule, rule.methods) and rule.endpoint not in NOT_PAGES
            if allowed_roles(self.town.app, rule.endpoint) & {HOLDER if role in HOLDERS else role, PUBLIC}
        ]
        first = to_hex(self.town.city.classes[0][1])
        places = {rule.rule for rule in mine if not rule.arguments}
        places |= {
            AFTER_AN_ACT[rule.endpoint].format(training_class=first) for rule in mine if rule.endpoint in AFTER_AN_ACT
        }
        return sorted(places | set(self.more.get(role, ())))

    def endpoint_of(self, path: str) -> str:
        """Which view an address leads to; none for an address of the API or of nobody."""
        plain = urlsplit(path).path
        if not _is_page(plain, {"GET"}):
            return ""
        try:
            endpoint: str = self.town.app.url_map.bind("localhost").match(plain, "GET")[0]
        except HTTPException:
            return ""
        return "" if endpoint in NOT_PAGES else endpoint

    def left_out(self) -> list[str]:
        """The views of the address map that no link led to."""
        return sorted(self.endpoints() - self.seen - WITH_THE_CODE_OF_THE_MOMENT)

    def endpoints(self) -> set[str]:
        """Every view that shows a page."""
        rules = self.town.app.url_map.iter_rules()
        return {rule.endpoint for rule in rules if _is_page(rule.rule, rule.methods)} - NOT_PAGES


def _is_page(rule: str, methods: set[str] | None) -> bool:
    return "GET" in (methods or ()) and not rule.startswith(("/api/", "/static/"))


def _log_in_page(visitor: Visitor, town: Town) -> str:
    sent = visitor.send("/login", **particulars(PEOPLE[1], town.city.schools[0].region_id))
    return str(sent.location)


def sent_empty(walk: Walk) -> Iterator[Page]:
    """Send every form of every page with nothing filled in, once; yield the pages that answer."""
    visitors = dict(walk.everyone())
    sent: set[tuple[str, str]] = set()
    for page in walk.pages:
        for attributes, inner in FORM.findall(page.html):
            if 'method="post"' not in attributes:
                continue
            action = re.search(r'action="([^"]*)"', attributes)
            path = unescape(action[1]) if action else page.path
            if path == "/logout" or (page.role, page.endpoint + path.rsplit("/", 1)[-1]) in sent:
                continue
            sent.add((page.role, page.endpoint + path.rsplit("/", 1)[-1]))
            answer = visitors[page.role].http.post(path, data=hidden_in(f"<form {inner}"), headers=PAGE)
            assert answer.status_code < 500, (page.role, path, answer.status_code)
            if answer.mimetype == "text/html" and answer.status_code not in {302, 303}:
                yield Page(page.role, page.endpoint, path, answer.status_code, answer.text)


def lost(town: Town) -> Iterator[Page]:
    """The pages of somebody who goes where there is nothing, or where they may not."""
    for path, role in (
        ("/nothing", PUBLIC),
        ("/my", "bureau"),
        ("/bureau/classes", HOLDER),
        (f"/scan/{'0' * 16}", "school"),
    ):
        visitor = Visitor(town)
        if role == HOLDER:
            visitor.log_in(PEOPLE[0], town.city.schools[0].region_id)
        elif role != PUBLIC:
            town.tokens.clear()
            visitor.log_in_as_staff("bureau1" if role == "bureau" else "school1-clerk")
        answer = visitor.open(path)
        assert 400 <= answer.status_code < 500, path
        yield Page(role, "error", path, answer.status_code, answer.text)


def lived(town: Town, look: Callable[[Visitor, Page], None] = lambda _visitor, _page: None) -> Walk:
    """Walk through a town on three days: while people enrol, while they learn, and when certificates come."""
    walk, school_class = Walk(town, look), first_class(town).seat(2)
    Worker(town, HOLDERS["holder with a live code"], school_class.region_id).log_in().claim()
    admin = school_class.staff("school1-admin")
    planned = admin.send("/institution/plan", **plan(town)).location
    helper, counter = Visitor(town).log_in(HOLDERS[HOLDER], REGION), school_class.staff("bureau-clerk")
    asked = helper.send("/help", **particulars(PEOPLE[41], REGION), relation="child").location
    places = [received(counter, person).location for person in (PEOPLE[43], PEOPLE[44])]
    claim_for(counter, places[0])
    thanks = f"/vouchers/{school_class.workers[0].voucher}/survey/thanks"
    new_phone = asked_for_phone(counter, PEOPLE[43], PEOPLE[45].phone).location
    walk.more = {HOLDER: [asked, lent(helper, PEOPLE[42]), thanks], "bureau_clerk": [*places, new_phone]}
    check(school_class, admin, row(stranger()), row(stranger(), 培训意愿="否"))
    walk.go()
    admin.http.post(f"{planned}/submit", data=admin.hidden(planned), headers=PAGE)
    town.clock.moment = school_class.meetings[0][1] + timedelta(minutes=5)
    walk.go()
    school_class.attend_all().close()
    school_class.certificate()
    Visitor(town).log_in(HOLDERS[HOLDER], school_class.region_id).send(f"/not-there/{school_class.redemptions[0]}")
    walk.go()
    return walk


def write_all(folder: Path) -> None:
    """Write every page into a folder, each once a role."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        url = f"sqlite:///{data}/voucher.sqlite3"
        migrate(url)
        town = open_town(url, Path(data) / "data", classes_each=2)
        walk = lived(town)
        pages = [*walk.pages, *sent_empty(walk), *lost(town)]
        close_town(town)
    for number, page in enumerate(pages):
        name = f"{number:03d}-{page.role}-{page.endpoint}-{page.status}.html"
        (folder / name).write_text(page.html, encoding="utf-8")


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
