"""The contract with an online platform, held against one that keeps it and one that does all it can to hurt."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.supervision.fake_platform import FakePlatform, fake_platform
from voucher_service.supervision.adapters import ANSWER_BYTES_MAX, HttpPlatform
from voucher_service.supervision.errors import PlatformAnswerUnsound, PlatformUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

CLASS = "0" * 15 + "1"
REPORT: dict[str, Any] = {
    "session_no": 3,
    "platform": "示例网络学习平台",
    "fast_forwards": 0,
    "windows_max": 1,
    "longest_seconds_without_popup": 300,
    "liveness_checks": 8,
    "out_of_order": 0,
    "photos": 8,
}


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with fake_platform() as running:
        yield running


def ask(platform: FakePlatform, seconds_max: float = 5.0) -> Any:
    return HttpPlatform(f"{platform.url}/", "secret", seconds_max).reports(CLASS)


def test_a_platform_is_asked_by_class_and_token_and_believed_when_it_keeps_the_contract(platform: FakePlatform) -> None:
    platform.body = json.dumps({"reports": [REPORT]}).encode()
    (told,) = ask(platform)
    assert told._asdict() == REPORT
    assert platform.asked == [(f"/classes/{CLASS}/reports", "Bearer secret")]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", "json"),
        (b"<html>", "json"),
        (b'{"reports": [], "reports": []}', "json"),
        (b'{"reports": NaN}', "json"),
        (b"\xff\xfe", "json"),
        (b"[" * 10_000, "json"),
        (b"[]", "shape"),
        (b'{"reports": [], "more": 1}', "shape"),
        (json.dumps({"reports": [{**REPORT, "photos": -1}]}).encode(), "shape"),
        (json.dumps({"reports": [{**REPORT, "photos": "8"}]}).encode(), "shape"),
        (json.dumps({"reports": [{**REPORT, "photos": 10**30}]}).encode(), "shape"),
        (json.dumps({"reports": [{**REPORT, "session_no": 0}]}).encode(), "shape"),
        (json.dumps({"reports": [REPORT] * 401}).encode(), "shape"),
        (json.dumps({"reports": [REPORT, REPORT]}).encode(), "session_twice"),
        (b" " * (ANSWER_BYTES_MAX + 1), "too_large"),
    ],
)
def test_what_breaks_the_contract_is_refused_by_its_fault(platform: FakePlatform, body: bytes, fault: str) -> None:
    platform.body = body
    with pytest.raises(PlatformAnswerUnsound) as refused:
        ask(platform)
    assert refused.value.figures == {"fault": fault}


@pytest.mark.parametrize("status", [204, 404, 500, 503])
def test_a_platform_that_fails_is_unavailable(platform: FakePlatform, status: int) -> None:
    platform.status = status
    with pytest.raises(PlatformUnavailable):
        ask(platform)


def test_nobody_is_followed_elsewhere(platform: FakePlatform) -> None:
    with fake_platform() as other:
        platform.elsewhere = other.url
        with pytest.raises(PlatformUnavailable):
            ask(platform)
        assert other.asked == []


def test_a_dripping_answer_is_not_waited_for(platform: FakePlatform) -> None:
    """It would be a good one in the end."""
    platform.drip_seconds = 30.0
    with pytest.raises(PlatformUnavailable):
        ask(platform, 0.3)


def test_a_platform_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(PlatformUnavailable):
        HttpPlatform("http://127.0.0.1:9", "secret", 0.5).reports(CLASS)
