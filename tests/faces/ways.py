"""The ways through the pages: which views a role finds by links alone from the page that it begins on."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.faces.walking import HOLDER, HOLDERS
from voucher_service.faces.pages import FRONTS
from voucher_service.web.access import PUBLIC, allowed_roles

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.faces.walking import Page, Walk


def pages_of(role: str, walk: Walk) -> set[str]:
    """The views that are a role's own: those of the public are everybody's, and are found from the public's front."""
    found = set()
    for endpoint in walk.endpoints():
        roles = allowed_roles(walk.town.app, endpoint)
        if role in roles and (role == PUBLIC or PUBLIC not in roles):
            found.add(endpoint)
    return found


def found_from(front: str, pages: Iterable[Page], walk: Walk) -> set[str]:
    """The views that links lead to from `front`, going on through whichever of `pages` they lead to."""
    links: defaultdict[str, set[str]] = defaultdict(set)
    for page in pages:
        links[page.path] |= set(page.links())
    waiting, been = [front], {front}
    while waiting:
        new = links[waiting.pop()] - been
        been |= new
        waiting += new
    return {walk.endpoint_of(path) for path in been}


def not_found(walk: Walk, role: str) -> set[str]:
    """The views of a role that it would have to know the address of."""
    seen_by = HOLDERS if role == HOLDER else {role}
    return pages_of(role, walk) - found_from(FRONTS[role], [page for page in walk.pages if page.role in seen_by], walk)
