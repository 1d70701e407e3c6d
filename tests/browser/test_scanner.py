"""The scanner at the door in a real browser: a camera, a scanner box, a picture, the card."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from sqlalchemy import select

from tests.browser.fake_camera import CAMERA_ARGS, draw, film, photograph
from tests.browser.scanner_steps import (
    admit,
    enter,
    open_scanner,
    read_code,
    redemptions,
    result_of,
    show_card,
)
from tests.journey.city import Town
from tests.scanning.door import ready_worker
from voucher_service.database import db
from voucher_service.redemptions.models import Redemption

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.conftest import LaunchChromium


def test_a_code_before_the_camera_is_redeemed(
    town: Town, address: str, launch_chromium: LaunchChromium, tmp_path: Path
) -> None:
    worker = ready_worker(town, 0)
    picture = film(draw(worker.code()), tmp_path / "code.mjpeg")
    page = enter(launch_chromium(*CAMERA_ARGS, f"--use-file-for-fake-video-capture={picture}"), town, address)
    open_scanner(page, town, address)
    page.get_by_role("button", name="打开摄像头").click()
    page.locator("#holder", has_text="持券人").wait_for(timeout=20_000)
    shown = page.locator("#holder").inner_text()
    assert worker.person.name not in shown
    assert worker.person.name[0] in shown
    show_card(page, worker.person.id_number, worker.person.name)
    assert result_of(page) == ("ok", "")
    assert "第 1 座" in page.locator("#result").inner_text()
    assert redemptions(town) == 1
    page.get_by_role("button", name="下一位").click()
    page.wait_for_function("() => document.getElementById('redeemed').textContent === '1'")


def test_a_scanner_box_types_and_a_second_scan_is_told_apart(town: Town, address: str, chromium: Browser) -> None:
    worker = ready_worker(town, 0)
    page = enter(chromium, town, address)
    open_scanner(page, town, address)
    assert admit(page, worker) == ("ok", "")
    page.keyboard.press("Enter")  # the next person: the button has the focus
    page.get_by_label("券码数字").fill(worker.code())
    page.keyboard.press("Enter")
    assert result_of(page) == ("used", "already_redeemed")
    assert "已在" in page.locator("#result").inner_text()
    page.get_by_role("button", name="下一位").click()
    page.locator(".tally summary").click()
    page.locator("#reasons li", has_text="已核销 1").wait_for()


def test_a_picture_of_a_code_is_read(town: Town, address: str, chromium: Browser) -> None:
    worker = ready_worker(town, 0)
    page = enter(chromium, town, address)
    open_scanner(page, town, address)
    taken = io.BytesIO()
    photograph(draw(worker.code())).save(taken, format="jpeg", quality=80)
    page.locator("#picture").set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": taken.getvalue()})
    page.locator("#holder", has_text="持券人").wait_for()


def test_another_card_is_refused_and_another_spelling_is_waived_with_a_reason(
    town: Town, address: str, chromium: Browser
) -> None:
    worker, other = ready_worker(town, 0), ready_worker(town, 1)
    page = enter(chromium, town, address)
    open_scanner(page, town, address)
    read_code(page, worker.code())
    show_card(page, other.person.id_number, other.person.name)
    assert result_of(page) == ("refused", "holder_mismatch")
    page.get_by_role("button", name="下一位").click()
    read_code(page, worker.code())
    show_card(page, worker.person.id_number, "测某某")
    page.get_by_text("姓名写法不同（常见于").wait_for()
    page.get_by_label("姓名写法不同时的说明").fill("身份证上是生僻字")
    page.get_by_role("button", name="核验并用券").click()
    assert result_of(page) == ("ok", "")
    with town.app.app_context():
        assert db.session.scalars(select(Redemption.waiver_reason)).all() == ["身份证上是生僻字"]


def test_a_card_reader_fills_both_fields_at_once(town: Town, address: str, chromium: Browser) -> None:
    worker = ready_worker(town, 0)
    page = enter(chromium, town, address)
    open_scanner(page, town, address)
    read_code(page, worker.code())
    page.get_by_label("身份证号").focus()
    page.keyboard.insert_text(f"{worker.person.name},")
    page.keyboard.type(worker.person.id_number)
    assert page.get_by_label("身份证上的姓名").input_value() == worker.person.name
    page.keyboard.press("Enter")
    assert result_of(page) == ("ok", "")
    with town.app.app_context():
        assert db.session.scalars(select(Redemption.person_check)).all() == ["id_card_reader"]
