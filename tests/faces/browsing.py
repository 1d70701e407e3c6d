"""A person with a browser: cookies, forms with their proof, and the page that a form leads to."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.journey.city import Town
    from voucher_service.demo.people import Person

PAGE = {"Accept": "text/html"}


class Visitor:
    """Opens pages and sends forms like a browser without JavaScript."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.http = town.client()

    def open(self, path: str) -> Any:
        return self.http.get(path, headers=PAGE)

    def hidden(self, path: str) -> dict[str, str]:
        """The hidden fields of the last form of a page."""
        return hidden_in(self.open(path).text)

    def send(self, path: str, **fields: str) -> Any:
        return self.http.post(path, data={**self.hidden(path), **fields}, headers=PAGE)

    def log_in(self, person: Person, region_id: int) -> Visitor:
        sent = self.send("/login", **particulars(person, region_id))
        assert sent.status_code == 303, sent.text
        page = self.open(sent.location)
        code = re.search(r"验证码是 <strong>(\d{6})", page.text)
        assert code
        confirmed = self.send(sent.location, code=code[1])
        assert (confirmed.status_code, confirmed.location) == (303, "/my")
        return self

    def log_in_as_staff(self, login_name: str) -> Visitor:
        self.http.set_cookie("voucher_session", self.town.staff_token(login_name))
        return self


def hidden_in(page: str) -> dict[str, str]:
    """The hidden fields of the last form of a page."""
    form = page.rsplit("<form", 1)[-1]
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


def particulars(person: Person, region_id: int) -> dict[str, str]:
    return {
        "name": person.name,
        "id_number": person.id_number,
        "phone": person.phone,
        "region_id": str(region_id),
        "category": person.category,
    }
