"""Nobody has to know an address: each role finds each of its pages by links, from the page that it begins on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.faces.walking import HOLDER
from tests.faces.ways import found_from, not_found
from voucher_service.faces.pages import FRONTS
from voucher_service.web.access import BUREAU_CLERK, INSTITUTION_CLIENT, PUBLIC

if TYPE_CHECKING:
    from tests.faces.walking import Walk

BEHIND_A_FORM: Final = {
    PUBLIC: {"session.show_code": "the code by SMS is asked for after the name and the number"},
    HOLDER: {
        "worker.helping.show_code": "the helped person's phone has to be asked first",
        "worker.helping.show_helped": "a helper gets leave for one person with the code of that person's phone",
        "worker.helping.show_questionnaire": "it is answered for somebody who gave that leave",
        "worker.worker_sign_in.show_code": "the class's screen shows its code, for a minute",
        "worker.worker_survey.show_thanks": "it thanks for an answer",
    },
    BUREAU_CLERK: {
        "counter.show_person": "a counter opens a person's page by their card, for half an hour",
        "counter.show_questionnaire": "it is answered for the person at the counter",
        "counter.show_paper": "it prints the voucher of the person at the counter",
        "counter.review_giving_back": "it gives back the voucher of the person at the counter",
        "counter_phone.show_code": "the new phone has to be asked first",
    },
}
"""Pages that only what somebody has just filled in leads to, by role, each with what that is."""

FOR_THE_DEVICE: Final = {
    "scan_pages.show_shell": "the service worker fetches it while there is a net",
    "scan_pages.show_english_shell": "likewise",
    "scan_pages.show_manifest": "the browser asks for it when the scanner is installed",
    "scan_pages.show_worker": "the scanner's page registers it",
}
"""What a scanner's browser asks for by itself; nobody is led there."""


@pytest.mark.parametrize("role", sorted(FRONTS.keys() - {INSTITUTION_CLIENT}))
def test_each_role_finds_its_pages_by_links(walk: Walk, role: str) -> None:
    excused = BEHIND_A_FORM.get(role, {}).keys() | (FOR_THE_DEVICE.keys() if role == PUBLIC else set())
    assert not_found(walk, role) == excused


def test_a_page_that_no_link_leads_to_would_be_missed(walk: Walk) -> None:
    """Without the bureau's front page, which has the way to it, the dashboard's rows are not found any more."""
    pages = [page for page in walk.pages if page.role == BUREAU_CLERK]
    shown = {"bureau.reports.show_rows"}
    assert shown <= found_from("/bureau/", pages, walk)
    others = [page for page in pages if page.endpoint != "bureau.reports.show_dashboard"]
    assert not shown & found_from("/bureau/classes", others, walk)
