"""A worker's way from the first page to the voucher, by one of two hands: a finger that is counted, or keys alone.

It names fields and not words, so that the same way is gone in both languages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from voucher_service.demo.people import Person

TABS_MAX = 80
"""More keys than any page has places to go."""
BUTTON = "main form button:not(.quiet)"


class Hand(Protocol):
    page: Page

    def press(self, target: Locator) -> None:
        """Follow a link, press a button, mark a choice."""

    def write(self, field: Locator, text: str) -> None:
        """Fill a field in."""

    def choose(self, field: Locator, value: str) -> None:
        """Choose from a list."""


@dataclass
class Finger:
    """Taps, and types on the phone's own keyboard; counts both."""

    page: Page
    taps: int = 0
    characters: int = 0

    def press(self, target: Locator) -> None:
        self.taps += 1
        target.click()

    def write(self, field: Locator, text: str) -> None:
        if not field.evaluate("field => field === document.activeElement"):
            self.press(field)
        self.characters += len(text)
        self.page.keyboard.type(text)

    def choose(self, field: Locator, value: str) -> None:
        self.taps += 2  # one opens the phone's own list, one chooses
        field.select_option(value)


@dataclass
class Keys:
    """Never touches the page: Tab goes on, and what has the focus shows it."""

    page: Page
    unseen: set[str]
    """Where the focus was and could not be seen."""

    def press(self, target: Locator) -> None:
        self._reach(target)
        is_choice = target.evaluate("it => it.matches('input[type=radio]')")
        self.page.keyboard.press("Space" if is_choice else "Enter")

    def write(self, field: Locator, text: str) -> None:
        self._reach(field)
        self.page.keyboard.type(text)

    def choose(self, field: Locator, value: str) -> None:
        self._reach(field)
        for _ in range(TABS_MAX):
            if field.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{value} is not to be had by arrow keys")

    def _reach(self, target: Locator) -> None:
        target.wait_for()
        for _ in range(TABS_MAX):
            if target.evaluate("it => it === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
            shown = "() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.boxShadow; }"
            if self.page.evaluate(shown) == "nonenone":
                self.unseen.add(self.page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))
        raise AssertionError(f"{target} is not to be reached by Tab")


def arrive(page: Page, path: str) -> None:
    """Wait for the page at a path, whatever it was asked to lead on to."""
    page.wait_for_url(re.compile(rf"https?://[^/]+{path}(\?.*)?$"))


def claim(hand: Hand, address: str, person: Person, region_id: int) -> None:
    """Go from the first page to the voucher's own."""
    page = hand.page
    page.goto(f"{address}/")
    hand.press(page.locator("main .card a.button").first)
    fill_in(hand, person, region_id)
    arrive(page, "/login/[0-9a-f]{16}")
    hand.write(page.locator("#code"), page.locator(".trial-code strong").inner_text())
    hand.press(page.locator(BUTTON))
    arrive(page, "/claim/[0-9]+")
    for answer in page.locator("main input[value=yes]").all():
        hand.press(answer)
    hand.press(page.locator("main input[name=schooling]").first)
    hand.press(page.locator(BUTTON))
    arrive(page, "/claim/[0-9]+/review")
    hand.press(page.locator(BUTTON))
    arrive(page, "/vouchers/[0-9a-f]{16}")


def fill_in(hand: Hand, person: Person, region_id: int) -> None:
    """Say who one is, and ask for a code."""
    page = hand.page
    arrive(page, "/login")
    for field in ("name", "id_number", "phone"):
        hand.write(page.locator(f"#{field}"), getattr(person, field))
    hand.choose(page.locator("#region_id"), str(region_id))
    hand.choose(page.locator("#category"), person.category)
    hand.press(page.locator(BUTTON))
