"""What somebody's schooling and post let them learn, 二(三)1: a bound on the family of the class. R16, R17j. Pure.

A walk-in is bound by what they declare with the claim, a row of a roster by what its file says, and both by this.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NamedTuple

from voucher_service.rulebook import decides
from voucher_service.vouchers.errors import DeclarationUnreadable, FieldUndeclared

EMPLOYEE: Final = "enterprise_employee"
START_UP: Final = "start_up"
"""The family of the courses for founders, which R17j exempts."""

PUPIL: Final = "other_school"
SCHOOLINGS: Final = ("none", "university", "special_vocational", PUPIL)
"""At no school, or in the last year of which kind of school."""

NO_FIELD: Final = "other"
"""What is declared of a post whose field no course teaches."""

NOTHING: Final = ""
"""The family of no class: whoever is bound to it can learn nothing."""


class Bound(NamedTuple):
    """Which family a class must be of, or must not; a voucher carries it, and None binds nobody."""

    only_family: str | None = None
    not_family: str | None = None

    def admits(self, family: str) -> bool:
        """Whether a class of `family` may be joined; `vouchers.SPEND` asks the same in its WHERE."""
        return self.only_family in {None, family} and self.not_family != family

    def and_(self, other: Bound) -> Bound:
        """Return what both leave over; what excludes itself leaves nothing."""
        said = {bound.only_family for bound in (self, other)} - {None}
        barred = {bound.not_family for bound in (self, other)} - {None}
        if len(said) > 1 or said & barred or (not said and len(barred) > 1):
            return Bound(only_family=NOTHING)
        return Bound(only_family=said.pop()) if said else Bound(not_family=barred.pop() if barred else None)


FREE: Final = Bound()


@decides("R17j")
def bound_of_schooling(schooling: str) -> Bound:
    """Keep a pupil in the last year to the start-up courses; universities and special schools are exempt."""
    return Bound(only_family=START_UP) if schooling == PUPIL else FREE


@decides("R16")
def bound_of_post(category: str, post: str | None, former_post: str | None) -> Bound:
    """Keep an employee to the family of the post, and whoever was transferred away from that of the former one.

    Both are families, NOTHING for a post of no known family, None where there is no such post.
    """
    if former_post is not None:
        return Bound(not_family=former_post or None)
    return Bound(only_family=post or NOTHING) if category == EMPLOYEE else FREE


def declared(answers: Mapping[str, Any], category: str, families: Callable[[], Collection[str]]) -> tuple[Bound, Bound]:
    """Read what a claim declares: what follows from the schooling, and from the post.

    `families` is asked only when somebody names one, which most claims do not.
    Refuses with DeclarationUnreadable, and with FieldUndeclared where an employee names no field.
    """
    if answers.get("schooling") not in SCHOOLINGS:
        raise DeclarationUnreadable(field="schooling", choices=list(SCHOOLINGS))
    post, former_post = (_field(answers, name, families) for name in ("post", "former_post"))
    if category == EMPLOYEE and post is None and former_post is None:
        raise FieldUndeclared(field="post", choices=[*families(), NO_FIELD])
    return bound_of_schooling(answers["schooling"]), bound_of_post(category, post, former_post)


def _field(answers: Mapping[str, Any], name: str, families: Callable[[], Collection[str]]) -> str | None:
    said = answers.get(name) or None
    if said is not None and said != NO_FIELD and said not in (known := families()):
        raise DeclarationUnreadable(field=name, choices=[*known, NO_FIELD])
    return NOTHING if said == NO_FIELD else said
