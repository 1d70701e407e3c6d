"""The closed loop of one voucher in a browser: planned, approved, claimed, scanned, attended, certified, counted.

Every person has a browser of their own. Time passes by the trial clock, which moves over HTTP as anyone may move it.
"""

from __future__ import annotations

import json
import re
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyotp

from tests.browser import scanner_steps, supervision_steps
from tests.browser.seeing import DESK, PHONE
from tests.browser.site import serving
from tests.browser.worker_steps import WORKER, claim, log_in
from tests.faces.test_staff import plan
from tests.journey.city import Town, ask_for_names, close_town
from voucher_service.app import create_app
from voucher_service.calendar import local_date
from voucher_service.database import unit_of_work
from voucher_service.demo import loading
from voucher_service.settings import Secrets, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
REVIEWERS = ("industry1", "industry2", "bureau1", "bureau2")


def look_away(_page: Page, _name: str) -> None:
    """Make no picture."""


@contextmanager
def trial_service(database_url: str, folder: Path) -> Iterator[tuple[Town, str]]:
    """Serve the demonstration city under its trial clock on a free port of the loopback."""
    app = create_app(Settings("demo", database_url, folder, Secrets.drawn()))
    clock: Any = app.extensions["clock"]
    clock.move_to(START)
    app.extensions["key_ring"].create()
    with app.app_context(), unit_of_work():
        city = loading.load(START, named_staff_required=False)  # its own classes leave the staff to the story's
    town = Town(app, clock, city)
    ask_for_names(town)
    try:
        with serving(app) as address:
            yield town, address
    finally:
        close_town(town)


@dataclass
class Loop:
    """The story step by step; `picture` may look at a page at each turn."""

    town: Town
    address: str
    browser: Browser
    picture: Callable[[Page, str], None] = look_away
    errors: list[str] = field(default_factory=list)
    meetings: list[datetime] = field(default_factory=list)
    examined_on: date = date.min
    training_class: str = ""
    """The address of the class, without the audience before it: `/classes/…`."""

    def let_time_pass_until(self, moment: datetime) -> None:
        wanted = json.dumps({"now": moment.isoformat()}).encode()
        request = urllib.request.Request(  # noqa: S310 - our own loopback
            f"{self.address}/api/v1/trial/clock", wanted, {"Content-Type": "application/json"}, method="PUT"
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            assert answer.status == 200

    @contextmanager
    def visitor(self, size: dict[str, int]) -> Iterator[Page]:
        with self.browser.new_context(locale="zh-CN", viewport=size) as context:  # type: ignore[arg-type]
            page = context.new_page()
            page.set_default_timeout(20_000)
            page.on("pageerror", lambda error: self.errors.append(str(error)))
            yield page

    @contextmanager
    def staff(self, login_name: str, size: dict[str, int] | None = None) -> Iterator[Page]:
        """Somebody at a desk, or on a phone, who logs in with both factors by the service's clock."""
        self.let_time_pass_until(self.town.clock.now() + timedelta(seconds=30))  # a code gets in once
        with self.visitor(size or DESK) as page:
            page.goto(f"{self.address}/staff/login")
            page.get_by_label("登录名").fill(login_name)
            page.get_by_label("密码").fill(loading.PASSWORD)
            page.get_by_label("动态口令").fill(pyotp.TOTP(loading.TOTP_SECRET).at(self.town.clock.now()))
            page.get_by_role("main").get_by_role("button", name="登录").click()
            page.wait_for_url(re.compile(r"/(institution|bureau)/$"))
            yield page

    def go_round(self) -> tuple[str, str]:
        """Play the whole story; return what the dashboard counts and what the worker's voucher is worth."""
        self.plan_and_submit()
        for login_name in REVIEWERS:
            self.approve(login_name)
        self.claim_and_redeem()
        self.attend_and_close()
        supervision_steps.film_and_ask(self)
        self.examine()
        self.certify()
        return self.see_it_counted(), self.see_it_valued()

    def plan_and_submit(self) -> None:
        """The school's administrator writes a plan, reads what the rules say of it, and hands it in."""
        with self.staff("school1-admin") as page:
            page.get_by_role("link", name="计划开班").click()
            planned = plan(self.town)
            self.meetings = [_begins(line) for line in planned["sessions"].splitlines()]
            for name, value in planned.items():
                control = page.locator(f'main [name="{name}"]')
                if isinstance(value, list):  # boxes to tick
                    for ticked in value:
                        page.locator(f'main [name="{name}"][value="{ticked}"]').check()
                elif control.evaluate("control => control.tagName") == "SELECT":
                    control.select_option(value)
                else:
                    control.fill(value)
            self.picture(page, "institution-plan")
            page.get_by_role("button", name="保存并预检").click()
            page.wait_for_url(re.compile(r"/institution/classes/[0-9a-f]{16}$"))
            assert page.locator("td.outcome.refuse").count() == 0
            self.training_class = page.url.removeprefix(f"{self.address}/institution")
            self.picture(page, "institution-preflight")
            page.get_by_role("button", name="提交审核").click()
            page.get_by_text("等行业主管部门").wait_for()

    def approve(self, login_name: str) -> None:
        """One person reads the class and signs; four of them make it approved."""
        with self.staff(login_name) as page:
            page.get_by_role("link", name="开班审核").click()
            page.locator(f'a[href="/bureau{self.training_class}"]').click()
            self.picture(page, "bureau-review")
            page.get_by_label("同意", exact=True).check()
            page.locator("#note").fill("符合当地需要。")
            page.get_by_role("button", name="签署意见").click()
            page.get_by_text("✓ 同意").first.wait_for()

    @contextmanager
    def worker(self) -> Iterator[Page]:
        """The worker on a phone, logged in by text message."""
        with self.visitor(PHONE) as page:
            log_in(page, self.address, self.town.city.schools[0].region_id)
            yield page

    def claim_and_redeem(self) -> None:
        """The worker claims on a phone and shows the live code; the clerk at the door types its digits."""
        with self.worker() as phone:
            self.picture(phone, "worker-home")
            claim(phone)
            assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
            self.picture(phone, "worker-voucher")
            self.scan(lambda: str(phone.locator("#live").get_attribute("data-digits")))

    def scan(self, digits: Callable[[], str]) -> None:
        with self.staff("school1-clerk", PHONE) as door:
            door.goto(f"{self.address}/institution{self.training_class}")
            door.get_by_role("link", name="到班扫码").click()
            scanner_steps.ready(door)
            self.picture(door, "scanner")
            scanner_steps.read_code(door, digits())
            door.locator("#holder", has_text="持券人").wait_for()
            scanner_steps.show_card(door, WORKER.id_number, WORKER.name)
            door.locator("#result.ok").wait_for()
            self.picture(door, "scanner-ok")

    def attend_and_close(self) -> None:
        """The clerk records each session as it is held; after the last day the class closes."""
        for session_no, starts_at in enumerate(self.meetings, start=1):
            self.let_time_pass_until(starts_at + timedelta(minutes=5))
            with self.staff("school1-clerk", PHONE) as page:
                page.goto(f"{self.address}/institution{self.training_class}")
                page.get_by_role("link", name=f"记录第 {session_no} 次到课").click()
                page.locator('input[name="present"]').check()
                self.picture(page, "institution-attendance")
                page.get_by_role("button", name="记录到课").click()
                page.get_by_text("已签到或登记 1 / 1 人").wait_for()
            if session_no == 1:
                supervision_steps.inspect(self)
        self.let_time_pass_until(self.meetings[0] + timedelta(days=61))
        with self.staff("school1-clerk") as page:
            page.goto(f"{self.address}/institution{self.training_class}")
            page.get_by_text("1 人结业").wait_for()
            page.get_by_role("button", name="结班").click()
            page.get_by_role("link", name="录入证书").wait_for()
            self.picture(page, "institution-class")

    def examine(self) -> None:
        """The school files the exam three days ahead, and on the day after it enters that the trainee passed."""
        self.examined_on = local_date(self.town.clock.now()) + timedelta(days=3)
        with self.staff("school1-clerk") as page:
            page.goto(f"{self.address}/institution{self.training_class}")
            page.get_by_role("link", name="报备考核").click()
            page.get_by_label("考核日期").fill(self.examined_on.isoformat())
            page.get_by_label("考核地点").fill("示例考场")
            page.get_by_role("button", name="报备考核").click()
            page.get_by_text("考核次日起登记成绩").wait_for()
        self.let_time_pass_until(self.town.clock.now() + timedelta(days=4))
        with self.staff("school1-clerk") as page:
            page.goto(f"{self.address}/institution{self.training_class}/exam")
            page.locator('select[name^="outcome-"]').select_option("passed")
            self.picture(page, "institution-exam")
            page.get_by_role("button", name="登记成绩").click()
            page.get_by_text("1 / 1 人有成绩").wait_for()

    def certify(self) -> None:
        """The school enters the certificate, the bureau's clerk verifies it: now the voucher is worth something."""
        self.let_time_pass_until(self.town.clock.now() + timedelta(days=10))
        today = self.town.clock.now().date()
        with self.staff("school1-clerk") as page:
            page.goto(f"{self.address}/institution{self.training_class}")
            page.get_by_role("link", name="录入证书").click()
            page.get_by_label("发证机构").fill("示例评价机构")
            page.get_by_label("证书编号").fill("DEMO-0001")
            page.get_by_label("考核日期").fill(self.examined_on.isoformat())
            page.get_by_label("发证日期").fill((today - timedelta(days=1)).isoformat())
            page.get_by_role("button", name="提交核验").click()
            page.get_by_text("等人社部门核验").first.wait_for()
        with self.staff("bureau-clerk") as page:
            page.get_by_role("link", name="证书核验").click()
            self.picture(page, "bureau-certificates")
            page.get_by_role("button", name="属实，定额").click()
            page.get_by_text("没有等待核验的证书").wait_for()

    def see_it_counted(self) -> str:
        """The bureau's reviewer reads the dashboard, and goes down to the row behind the number; returns its text."""
        with self.staff("bureau1") as page:
            page.goto(f"{self.address}/bureau/")
            self.picture(page, "bureau-dashboard")
            counted = page.locator("main").inner_text()
            page.locator('tfoot a[href*="stage=certified"]').click()
            page.get_by_text("证书核验通过").wait_for()
            self.picture(page, "bureau-rows")
            page.goto(f"{self.address}/bureau/targets")
            self.picture(page, "bureau-targets")
        return counted

    def see_it_valued(self) -> str:
        """The worker reads what the voucher is worth now; returns the page's text."""
        with self.worker() as phone:
            phone.goto(f"{self.address}/my")
            phone.locator('main a[href^="/vouchers/"]').first.click()
            phone.locator("h1").wait_for()
            self.picture(phone, "worker-valued")
            return phone.locator("main").inner_text()


def _begins(line: str) -> datetime:
    """When a session of the timetable begins, for example `2026-03-09 09:00-15:00 理论`."""
    return datetime.fromisoformat(f"{line[:10]}T{line[11:16]}:00+08:00")
