"""Ways to one voucher: a counted finger, keys alone, no scripts, double zoom, English in large type, rare names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.claiming_steps import Finger, Keys, claim, fill_in
from tests.browser.seeing import OVERFLOW
from tests.journey.city import PEOPLE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

    from tests.journey.city import Town

PHONE = {"width": 375, "height": 812}
PERSON = PEOPLE[0]
TAPS, CHARACTERS = 16, 41
REPORT = Path(__file__).resolve().parents[2] / "docs" / "worker-pages.md"


def region(town: Town) -> int:
    return int(town.city.schools[0].region_id)


def test_a_claim_takes_so_many_taps_and_characters_and_the_report_says_so(
    town: Town, address: str, chromium: Browser
) -> None:
    with chromium.new_context(locale="zh-CN", viewport=PHONE) as context:  # type: ignore[arg-type]
        finger = Finger(context.new_page())
        claim(finger, address, PERSON, region(town))
        finger.page.locator("#picture").wait_for(state="visible")
    assert (finger.taps, finger.characters) == (TAPS, CHARACTERS)
    assert f"{TAPS} taps and {CHARACTERS} characters" in REPORT.read_text(encoding="utf-8")


def test_keys_alone_claim_and_the_focus_is_always_seen(town: Town, address: str, chromium: Browser) -> None:
    with chromium.new_context(locale="zh-CN") as context:
        keys = Keys(context.new_page(), set())
        claim(keys, address, PERSON, region(town))
        keys.press(keys.page.locator("summary").first)
        assert keys.page.locator("#digits").is_visible()
    assert keys.unseen == set()


def test_a_claim_and_its_code_need_no_script(town: Town, address: str, chromium: Browser) -> None:
    with chromium.new_context(locale="zh-CN", viewport=PHONE, java_script_enabled=False) as context:  # type: ignore[arg-type]
        page = context.new_page()
        claim(Finger(page), address, PERSON, region(town))
        page.get_by_role("link", name="券码不显示").click()
        page.get_by_role("button", name="显示券码").click()
        assert page.locator(".drawn svg").is_visible()


@dataclass
class Looker(Finger):
    """A finger whose owner looks, before each touch, for what has left the screen."""

    looks: list[tuple[str, int]] = field(default_factory=list)

    def press(self, target: Locator) -> None:
        self.look()
        super().press(target)

    def look(self) -> None:
        self.looks.append((self.page.url, self.page.evaluate(OVERFLOW)))


@pytest.mark.parametrize(
    ("size", "width"), [("normal", PHONE["width"] // 2), ("large", 320), ("large", PHONE["width"] // 2)]
)
def test_at_double_zoom_and_in_large_type_nothing_leaves_the_screen(
    *, town: Town, address: str, chromium: Browser, size: str, width: int
) -> None:
    small = {"width": width, "height": 406}
    with chromium.new_context(locale="zh-CN", viewport=small, device_scale_factor=2) as context:  # type: ignore[arg-type]
        context.add_cookies([{"name": "size", "value": size, "url": address}])
        looker = Looker(context.new_page())
        claim(looker, address, PERSON, region(town))
        looker.page.locator("#picture").wait_for(state="visible")
        looker.look()
        for path in ("/my", "/classes", "/training", "/my/data", "/worth"):
            looker.page.goto(address + path)
            looker.look()
    assert len({url for url, _ in looker.looks}) > 9
    assert [one for one in looker.looks if one[1] > 0] == []


def test_a_claim_in_large_type_and_english_speaks_english(town: Town, address: str, chromium: Browser) -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    with chromium.new_context(locale="en", viewport=PHONE) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{address}/")
        page.get_by_role("button", name="English").click()
        page.locator("button[value=large]").click()
        assert page.locator("html.large[lang=en]").count() == 1
        claim(Finger(page), address, PERSON, region(town))
        page.get_by_role("heading", level=1).wait_for()
        assert page.locator("html.large[lang=en]").count() == 1
        for words in page.locator("main h1, main h2, main label, main button, main a").all_inner_texts():
            assert not chinese.search(words), words


@pytest.mark.parametrize(
    ("name", "masked"),
    [("\U00020bb7测\U0002a700", "\U00020bb7*\U0002a700"), ("阿测\u00b7示\U00020000", "阿*\u00b7*\U00020000")],
)
def test_a_rare_character_and_a_middle_dot_are_a_name(
    *, town: Town, address: str, chromium: Browser, name: str, masked: str
) -> None:
    with chromium.new_context(locale="zh-CN", viewport=PHONE) as context:  # type: ignore[arg-type]
        page = context.new_page()
        claim(Finger(page), address, PERSON._replace(name=name), region(town))
        page.locator("#picture").wait_for(state="visible")
        page.goto(f"{address}/my")
        assert page.get_by_role("heading", level=1).inner_text().startswith(masked)


@pytest.mark.parametrize("spelling", ["{0} {1}", "\u3000{0}\u3000{1}", "{0}-{1}", "wide"])
def test_a_pasted_code_and_a_grouped_number_are_read(
    *, town: Town, address: str, chromium: Browser, spelling: str
) -> None:
    def spelled(digits: str) -> str:
        if spelling == "wide":
            return digits.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
        return spelling.format(digits[:3], digits[3:])

    with chromium.new_context(locale="zh-CN", viewport=PHONE) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{address}/login")
        grouped = f"{PERSON.id_number[:6]} {PERSON.id_number[6:14]} {PERSON.id_number[14:]}"
        fill_in(Finger(page), PERSON._replace(id_number=grouped), region(town))
        page.locator("#code").fill(spelled(page.locator(".trial-code strong").inner_text()))
        page.locator("main form button").click()
        page.wait_for_url("**/my")
