"""The API page draws its operations in a real browser under the service's own strict policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.journey.city import Town


def test_the_operations_are_drawn_and_the_policy_is_not_broken(page: Page, address: str, town: Town) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url) if not request.url.startswith(address) else None)
    answer = page.goto(f"{address}/api/docs")
    assert answer
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    document = town.client().get("/api/openapi.json").get_json()
    drawn = page.locator(".opblock-tag")
    expect(drawn).to_have_count(len(document["tags"]), timeout=60_000)
    assert [tag.get_attribute("data-tag") for tag in drawn.all()] == [tag["name"] for tag in document["tags"]]
    operations = [
        operation
        for methods in document["paths"].values()
        for name, operation in methods.items()
        if name != "parameters"
    ]
    for subject in (tag["name"] for tag in document["tags"]):
        heading = page.locator(f".opblock-tag[data-tag={subject}]")
        heading.click()
        of_subject = sum(subject in operation["tags"] for operation in operations)
        expect(page.locator(".opblock")).to_have_count(of_subject)
        if subject != "ledger":
            heading.click()
            expect(page.locator(".opblock")).to_have_count(0)
    assert {tag for operation in operations for tag in operation["tags"]} == {tag["name"] for tag in document["tags"]}
    page.locator(".opblock", has_text="/api/v1/ledger/heads/latest").first.click()
    page.wait_for_selector(".opblock.is-open .responses-table")
    assert "fact_not_sealed" in page.locator(".opblock.is-open").inner_text()
    assert complaints == []
    assert [url for url in outside if not url.startswith("data:")] == []
