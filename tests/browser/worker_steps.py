"""What a worker does on a phone before there is a code to show: logs in by text message, and claims."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.journey.city import PEOPLE

if TYPE_CHECKING:
    from playwright.sync_api import Page

WORKER = PEOPLE[0]


def log_in(page: Page, address: str, region_id: int) -> None:
    page.goto(f"{address}/my")
    page.get_by_label("姓名").fill(WORKER.name)
    page.get_by_label("身份证号").fill(WORKER.id_number)
    page.get_by_label("手机号").fill(WORKER.phone)
    page.get_by_label("所在县（市、区）").select_option(str(region_id))
    page.get_by_label("人员类别").select_option(WORKER.category)
    page.get_by_role("button", name="发送验证码").click()
    page.get_by_label("六位验证码").fill(page.locator(".trial-code strong").inner_text())
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.wait_for_url(re.compile(r"/my$"))


def answer_questionnaire(page: Page) -> None:
    """Say yes to everything, at no school, and if employed, then moved from what no course teaches."""
    for choice in page.get_by_label("是", exact=True).all():
        choice.check()
    page.get_by_label("没有上学").check()
    for field in page.locator("main form select").all():
        field.select_option("other")


def claim(page: Page) -> None:
    """Claim from the page of one's own vouchers, until the live code is to be seen."""
    page.get_by_role("link", name="领取", exact=True).click()
    answer_questionnaire(page)
    page.get_by_role("button", name="下一步：核对").click()
    page.get_by_role("button", name="确认领取").click()
    page.locator("#picture").wait_for(state="visible")
