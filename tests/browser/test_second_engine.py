"""The way of a voucher in a second engine, WebKitGTK: claimed on a phone, shown live, read from a photo at the door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.fake_camera import draw, photograph
from tests.browser.site import serving
from tests.browser.webkit import ENTER, Window, webkit
from tests.journey.city import PEOPLE
from tests.scanning.door import ready_worker, redemptions, school_class
from voucher_service.signing.verification import verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.journey.city import Town

PERSON = PEOPLE[0]


@pytest.fixture
def window(town: Town, tmp_path: Path) -> Iterator[Window]:
    with serving(town.app) as address, webkit(address, tmp_path) as opened:
        yield opened


def log_in(window: Window, region_id: int) -> None:
    window.open("/my")
    for name, told in {"name": PERSON.name, "id_number": PERSON.id_number, "phone": PERSON.phone}.items():
        window.fill(f'[name="{name}"]', told)
    window.choose('[name="region_id"]', str(region_id))
    window.choose('[name="category"]', PERSON.category)
    window.press("发送验证码")
    window.fill('[name="code"]', window.text(".trial-code strong"))
    window.press("登录")


def test_a_voucher_is_claimed_shown_live_and_redeemed_from_a_photo(town: Town, window: Window, tmp_path: Path) -> None:
    log_in(window, town.city.schools[0].region_id)
    window.press("领取")
    window.wait_for("[value=yes]")
    window.run(
        "document.querySelectorAll('[value=yes], [name=schooling][value=none]').forEach((choice) => choice.click())"
    )
    window.press("下一步：核对")
    window.press("确认领取")
    window.wait_for("#picture")
    assert "秒后换新码" in window.text("#countdown")
    digits = window.attribute("#live", "data-digits")
    code = verify(digits, town.app.extensions["key_ring"].directory, town.clock.now())
    assert window.run("return location.pathname") == f"/vouchers/{code.voucher_id % 2**64:016x}"
    assert window.run("return document.documentElement.scrollWidth <= innerWidth")

    photo = tmp_path / "code.jpg"
    photograph(draw(digits)).save(photo, quality=80)
    window.be({"voucher_session": town.staff_token("school1-clerk")})
    window.open(f"/scan/{school_class(town)}")
    window.wait_for("html[data-ready]")
    window.fill("#picture", str(photo))
    window.wait_until("return document.querySelector('#holder').innerText.includes('持券人')")
    assert PERSON.name not in window.text("#holder")
    window.fill("#id_number", PERSON.id_number)
    window.fill("#name", PERSON.name)
    window.press("核验并用券")
    window.wait_for("#result.ok")
    assert redemptions(town) == 1


def test_a_scan_without_a_net_is_verified_there_and_comes_home(town: Town, window: Window) -> None:
    worker = ready_worker(town, 1)
    window.be({"voucher_session": town.staff_token("school1-admin")})
    window.open("/scan/devices")
    window.wait_for("html[data-ready]")
    window.fill("#enrol [name=name]", "二号教室手机")
    window.press("登记这台设备")
    window.wait_until("return document.querySelector('#this-device').innerText.includes('二号教室手机')")
    window.open(f"/scan/{school_class(town)}")
    window.wait_for("html[data-ready]")
    window.run("globalThis.net = fetch; globalThis.fetch = () => Promise.reject(new TypeError('no net'))")
    shown = worker.code()
    altered = f"{shown[:-1]}{(int(shown[-1]) + 1) % 10}"
    for digits, outcome in ((shown, "waiting"), (altered, "refused")):
        window.fill("#code", digits + ENTER)
        if outcome == "waiting":
            window.fill("#id_number", worker.person.id_number)
            window.fill("#name", worker.person.name)
            window.press("核验并用券")
        window.wait_for(f"#result.{outcome}")
        assert outcome == "waiting" or window.attribute("#result", "data-code") == "code_bad_signature"
        window.press("下一位")
    assert window.text("#waiting") == "2 条待确认"
    assert redemptions(town) == 0
    window.run("globalThis.fetch = globalThis.net; dispatchEvent(new Event('online'))")
    window.wait_until("return document.querySelector('#told-lines').innerText.includes('✓ 已核销')")
    assert redemptions(town) == 1
