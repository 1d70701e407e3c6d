"""What the bureau, the school and the worker do beside a class, so that its certificates are worth something."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.browser.seeing import PHONE
from voucher_service.calendar import CITY_ZONE

if TYPE_CHECKING:
    from tests.browser.loop import Loop


def inspect(loop: Loop) -> None:
    """Somebody of the bureau comes by on the first day, counts, and writes it down on a phone."""
    with loop.staff("bureau-clerk", PHONE) as page:
        page.goto(f"{loop.address}/bureau{loop.training_class}/inspection")
        page.get_by_label("开班当日检查").check()
        for label, value in (("地点", "示例教室"), ("在场教师", "2"), ("在位学员", "1")):
            page.get_by_label(label).fill(value)
        loop.picture(page, "bureau-inspection")
        page.get_by_role("button", name="登记检查").click()
        page.get_by_text("✓ 计入").wait_for()
        loop.picture(page, "bureau-supervision")


def film_and_ask(loop: Loop) -> None:
    """The school registers a film of each session; the worker rates the class, and the school closes the round."""
    with loop.staff("school1-clerk") as page:
        for session_no, starts_at in enumerate(loop.meetings, start=1):
            page.goto(f"{loop.address}/institution{loop.training_class}/supervision")
            page.get_by_label("哪次课").select_option(str(session_no))
            page.get_by_label("存放位置").fill(f"示例录像/{session_no}")
            page.get_by_label("视频摘要").fill(f"{session_no:064x}")
            for label, moment in (("从", starts_at), ("到", starts_at + timedelta(hours=6))):
                local = moment.astimezone(CITY_ZONE)
                page.get_by_label(label, exact=True).fill(local.strftime("%Y-%m-%dT%H:%M"))
            page.get_by_role("button", name="登记录像").click()
            page.get_by_text(f"示例录像/{session_no}").wait_for()
    with loop.worker() as phone:
        phone.goto(f"{loop.address}/training")
        phone.get_by_role("link", name="评价这次培训").click()
        phone.get_by_label("很满意").check()
        loop.picture(phone, "worker-survey")
        phone.get_by_role("button", name="提交评价").click()
        phone.get_by_text("谢谢，已收到").wait_for()
    with loop.staff("school1-clerk") as page:
        page.goto(f"{loop.address}/institution{loop.training_class}")
        page.get_by_role("link", name="过程监管").click()
        page.get_by_role("button", name="结束这一轮调查").click()
        page.get_by_text("✓ 达标").wait_for()
        loop.picture(page, "institution-supervision")
