"""A worker claims and shows the code by keyboard alone; whatever has the focus shows it, and nothing lies over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.seeing import DESK, PHONE
from tests.browser.worker_steps import WORKER

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.journey.city import Town

STOPS_MAX = 60
QUESTIONS = 3
"""Of willingness; the last one of the form is that of the schooling."""
FOCUSED = """() => {
  const it = document.activeElement;
  const box = (it.closest("label") ?? it).getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + Math.min(box.height / 2, 20)];
  const above = document.elementFromPoint(x, y);
  const style = getComputedStyle(it);
  return {
    name: (it.labels?.[0]?.innerText ?? it.innerText ?? "").trim().split("\\n")[0],
    group: it.closest("fieldset")?.querySelector("legend")?.innerText ?? "",
    isMarked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    isInView: Boolean(above) && (it.contains(above) || (it.closest("label")?.contains(above) ?? false)),
    at: `${it.outerHTML.slice(0, 120)} under ${above?.outerHTML.slice(0, 120)}`,
  };
}"""


def tab_to(page: Page, name: str) -> str:
    """Press Tab until what is called so has the focus; return the question it belongs to."""
    page.wait_for_load_state()  # a page whose style has not come yet marks nothing
    for _ in range(STOPS_MAX):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        assert focused["isMarked"], focused["at"]
        assert focused["isInView"], focused["at"]
        if focused["name"] == name:
            return str(focused["group"])
    raise AssertionError(f"{name} is not reached")


def press(page: Page, name: str) -> None:
    tab_to(page, name)
    page.keyboard.press("Enter")


def choose(page: Page, name: str, value: str) -> None:
    tab_to(page, name)
    for _ in range(STOPS_MAX):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} is not among {name}")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("large", [False, True], ids=["usual", "large"])
def test_a_worker_claims_and_shows_the_code_by_keyboard_alone(
    *, town: Town, address: str, page: Page, size: dict[str, int], large: bool
) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto(f"{address}/my")
    if large:
        press(page, "大字版")
        page.locator("html.large").wait_for()
    for label, told in (("姓名", WORKER.name), ("身份证号", WORKER.id_number), ("手机号", WORKER.phone)):
        tab_to(page, label)
        page.keyboard.insert_text(told)
    choose(page, "所在县（市、区）", str(town.city.schools[0].region_id))
    choose(page, "人员类别", WORKER.category)
    press(page, "发送验证码")
    shown = page.locator(".trial-code strong").inner_text()
    assert page.evaluate(FOCUSED)["name"] == "六位验证码", "it has the focus when the page opens"
    page.keyboard.type(shown)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/my")
    press(page, "领取")
    page.locator("fieldset").first.wait_for()
    asked = set()
    for number in range(1, page.locator("fieldset").count() + 1):
        asked.add(tab_to(page, "是" if number <= QUESTIONS else "没有上学"))
        page.keyboard.press("Space")
    assert len(asked) == page.locator("fieldset").count()
    press(page, "下一步：核对")
    page.get_by_role("heading", name="核对后领取").wait_for()
    press(page, "确认领取")
    page.locator("#picture").wait_for(state="visible")
    press(page, "全屏显示")
    box = page.locator("#live").bounding_box()
    assert box
    assert (box["width"], box["height"]) == (size["width"], size["height"])
    press(page, "退出全屏")
    assert page.get_by_role("heading", level=1).is_visible()
