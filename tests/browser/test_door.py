"""From one screen to another: what a worker's phone shows is filmed by the door's camera, with the network cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.fake_camera import CAMERA_ARGS, film, of_screen
from tests.browser.scanner_steps import (
    enrol,
    enter,
    open_scanner,
    redemptions,
    result_of,
    show_card,
    wait_until_sent,
)
from tests.browser.seeing import PHONE
from tests.browser.worker_steps import WORKER, claim, log_in

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.conftest import LaunchChromium
    from tests.journey.city import Town


def test_a_voucher_that_was_just_claimed_is_redeemed_at_the_door_with_the_network_cut(
    *, town: Town, address: str, chromium: Browser, launch_chromium: LaunchChromium, tmp_path: Path
) -> None:
    with chromium.new_context(locale="zh-CN", viewport=PHONE, device_scale_factor=2) as context:  # type: ignore[arg-type]
        phone = context.new_page()
        log_in(phone, address, town.city.schools[0].region_id)
        claim(phone)
        screen = of_screen(phone.locator("#picture").screenshot())

        picture = film(screen, tmp_path / "screen.mjpeg")
        door = enter(launch_chromium(*CAMERA_ARGS, f"--use-file-for-fake-video-capture={picture}"), town, address)
        enrol(door, town, address)
        open_scanner(door, town, address)
        door.get_by_text("上次同步").wait_for()
        door.context.set_offline(True)
        door.locator("#status.off").wait_for()
        door.get_by_role("button", name="打开摄像头").click()
        door.locator("#holder", has_text="离线").wait_for(timeout=20_000)
        show_card(door, WORKER.id_number, WORKER.name)
        assert result_of(door) == ("waiting", "")
        assert redemptions(town) == 0

        door.get_by_role("button", name="下一位").click()
        door.context.set_offline(False)
        wait_until_sent(door)
        door.get_by_text("✓ 已核销，第 1 座").wait_for()
        assert redemptions(town) == 1
        phone.reload()
        phone.get_by_role("heading", name="谁扫过我的码").wait_for()
        assert "已用券入班" in phone.get_by_role("main").inner_text()
