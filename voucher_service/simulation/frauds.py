"""The frauds of the year: what people and a crooked school try, and the refusal that must catch each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from enum import Enum, auto
from itertools import cycle
from typing import Any, Final, NamedTuple

from voucher_service.classes.proposal import Proposal
from voucher_service.classes.rules import COMPLETION


class Catch(NamedTuple):
    """The refusal that a fraud must earn; `rule_id` where the code stands for many rules and names them."""

    code: str
    rule_id: str = ""


class Manner(Enum):
    """What one person, or somebody with that person's help, tries besides the honest part; PLAIN is nothing."""

    PLAIN = auto()
    UNWILLING = auto()
    """Claims although the questionnaire says no."""
    GREEDY = auto()
    """Claims a second voucher while the first is in hand."""
    EARLY = auto()
    """Comes to the class before it is approved."""
    SCREENSHOT = auto()
    """Shows a picture of the code that was sent on minutes ago."""
    OTHER_CARD = auto()
    """Shows somebody else's identity card."""
    TWICE = auto()
    ELSEWHERE = auto()
    """Has a seat at one institution and takes the same voucher to another."""
    EAGER = auto()
    """Claims for the next course before this one is examined."""
    OLD_CERTIFICATE = auto()
    """Was examined before the class was over."""
    OTHER_LEVEL = auto()
    """Holds a certificate of another level than the class's."""
    SOLD_NUMBER = auto()
    """Bought a certificate number that is somebody else's."""
    GHOST = auto()
    """Has left, and is seen by the school's face device at two sessions long over."""
    FORGED = auto()
    """Failed the exam and has a certificate all the same."""
    ABSENT = auto()
    """Was not there when the crooked school redeemed the voucher, says so, and has it back when two persons agree."""
    OTHER_TRADE = auto()
    """An employee of a machine works who is brought to the crooked school's class of cooks."""
    PUPIL = auto()
    """Is in the last year of a vocational school, and is brought there too."""
    TICKED = auto()
    """Has left, is ticked by the school at every session all the same, and says so about two of them."""
    UNCOUNTED = auto()
    """Passed the exam, and is one more than the inspector counted heads."""


class Scheme(Enum):
    """What the crooked school tries, once in each round of the year."""

    UNLICENSED = auto()
    CROWDED_TEACHERS = auto()
    ONE_TEACHER = auto()
    ONE_TOO_MANY = auto()
    SHORT_LESSONS = auto()
    ONE_SESSION_SHORT = auto()
    LITTLE_PRACTICE = auto()
    UNLISTED_PLATFORM = auto()
    OUTSIDE_REGION = auto()
    WEAK_CERTIFICATE = auto()
    """Trains for a completion certificate where a stronger one can be had."""
    SHORT_COMPLETION = auto()
    """Trains for a completion certificate, where there is no other, in a lesson less than it takes."""
    APPRENTICES = auto()
    """A third class of apprentices of one enterprise and occupation, when two take all but a few of their places."""
    CONDEMNED = auto()
    """Hands a plan in after an audit found something; the school beside the crooked one does."""
    TEACHER_TWICE = auto()
    """A teacher who is in another class at the time."""
    BLACK_LISTED = auto()
    """Hands a plan in while it is on the black list."""
    SCANS_BLACK_LISTED = auto()
    SIGNED_TWICE = auto()
    """An industry reviewer who signs both opinions."""
    BORROWED_NAMES = auto()
    """Records people present who are in another institution's class."""
    SIXTY_AT_ONCE = auto()
    """Signs sixty trainees in within twenty seconds, and brings the records days later."""
    NEVER_HELD = auto()
    """Files an exam for a class that nobody attended."""
    EXAM_TOO_SOON = auto()
    """Files its exam a day too late, as the hasty school of the next three."""
    NOBODY_ASKED = auto()
    """Files its exam before its trainees have rated the class."""
    NOT_INSPECTED = auto()
    """Has a certificate verified of a class that nobody inspected."""
    NOT_FILMED = auto()
    """Has one verified of a class without recordings."""
    DISSATISFIED = auto()
    """Files the exam of a class whose trainees rate it badly; it goes on with the next three."""
    REPAIR_TOO_SOON = auto()
    """Asks its trainees again before the month of repair is over."""
    MISSED_ON_FILM = auto()
    """Files its exam when three recordings do not show everybody; two persons disqualify the class."""
    TWICE_ON_ROSTER = auto()
    """Hands in a roster that names one person twice."""
    WORTHLESS = auto()
    """Enters a certificate for a trainee of the disqualified class."""


CATCHES: Final = {
    Manner.UNWILLING: Catch("not_eligible", "R01"),
    Manner.GREEDY: Catch("voucher_already_held"),
    Manner.EARLY: Catch("class_not_open"),
    Manner.SCREENSHOT: Catch("code_stale"),
    Manner.OTHER_CARD: Catch("holder_mismatch"),
    Manner.TWICE: Catch("already_redeemed"),
    Manner.ELSEWHERE: Catch("already_redeemed"),
    Manner.EAGER: Catch("not_eligible", "R23"),
    Manner.OLD_CERTIFICATE: Catch("certificate_older_than_training"),
    Manner.OTHER_LEVEL: Catch("certificate_mismatch"),
    Manner.SOLD_NUMBER: Catch("certificate_number_used"),
    Manner.FORGED: Catch("exam_not_passed"),
    Manner.UNCOUNTED: Catch("payable_reached"),
    Manner.ABSENT: Catch("hold_opinion_twice"),
    Manner.OTHER_TRADE: Catch("occupation_not_similar"),
    Manner.PUPIL: Catch("pupil_not_admitted"),
    Manner.TICKED: Catch("hold_opinion_twice"),
    Scheme.UNLICENSED: Catch("not_licensed"),
    Scheme.CROWDED_TEACHERS: Catch("class_breaks_rules", "R17a"),
    Scheme.ONE_TEACHER: Catch("class_breaks_rules", "R17b"),
    Scheme.ONE_TOO_MANY: Catch("class_breaks_rules", "R17c"),
    Scheme.SHORT_LESSONS: Catch("class_breaks_rules", "R17d"),
    Scheme.ONE_SESSION_SHORT: Catch("class_breaks_rules", "R17d"),
    Scheme.LITTLE_PRACTICE: Catch("class_breaks_rules", "R17e"),
    Scheme.UNLISTED_PLATFORM: Catch("class_breaks_rules", "R17g"),
    Scheme.OUTSIDE_REGION: Catch("class_breaks_rules", "R07"),
    Scheme.WEAK_CERTIFICATE: Catch("class_breaks_rules", "R19"),
    Scheme.SHORT_COMPLETION: Catch("class_breaks_rules", "R10"),
    Scheme.APPRENTICES: Catch("class_breaks_rules", "R17f"),
    Scheme.CONDEMNED: Catch("class_breaks_rules", "R05"),
    Scheme.TEACHER_TWICE: Catch("class_breaks_rules", "S01"),
    Scheme.BLACK_LISTED: Catch("institution_suspended"),
    Scheme.SCANS_BLACK_LISTED: Catch("institution_suspended"),
    Scheme.SIGNED_TWICE: Catch("second_reviewer_is_first"),
    Scheme.BORROWED_NAMES: Catch("not_of_this_class"),
    Scheme.NEVER_HELD: Catch("class_not_in_state"),
    Scheme.EXAM_TOO_SOON: Catch("exam_filed_too_late"),
    Scheme.NOBODY_ASKED: Catch("survey_not_closed"),
    Scheme.NOT_INSPECTED: Catch("class_not_inspected"),
    Scheme.NOT_FILMED: Catch("recordings_missing"),
    Scheme.DISSATISFIED: Catch("satisfaction_too_low"),
    Scheme.REPAIR_TOO_SOON: Catch("repair_not_over"),
    Scheme.MISSED_ON_FILM: Catch("class_lost_subsidy"),
    Scheme.WORTHLESS: Catch("voucher_not_in_state"),
}
"""Every fraud that is refused, and the refusal that names it.

A disputed line is decided by two persons: the refusal there is that of one who signs twice.
"""

FLAGS: Final = {
    Manner.GHOST: Counter(outside_time=2),
    Scheme.SIXTY_AT_ONCE: Counter(burst=60, arrived_late=60),
}
"""Every fraud that is recorded and not counted, and what its sign-ins are flagged as."""

FAULTS: Final = {Scheme.TWICE_ON_ROSTER: "row_twice"}
"""Every fraud that a table's check turns down, and the fault that stands beside its row."""

GHOST_SESSIONS: Final = (3, 4)
DISPUTED_SESSIONS: Final = (3, 4)
"""Without them somebody who is ticked at all the others has not attended enough."""

CROWD: Final = 60
CROWDED_SECONDS: Final = 20

SCANNED: Final = frozenset(
    {
        Manner.EARLY,
        Manner.SCREENSHOT,
        Manner.OTHER_CARD,
        Manner.TWICE,
        Manner.ELSEWHERE,
        Manner.OTHER_TRADE,
        Manner.PUPIL,
        Scheme.SCANS_BLACK_LISTED,
    }
)
"""Tried with a voucher at a class's door, where the refused scan is stored too."""

NEEDS_TRAINEES: Final = frozenset({Scheme.SCANS_BLACK_LISTED, Scheme.BORROWED_NAMES})
"""Played only in a round in which somebody comes to a class."""

NEEDS_GRADUATES: Final = frozenset({Scheme.EXAM_TOO_SOON, Scheme.NOBODY_ASKED})
"""Played by the first class of a round if somebody completes it."""

NEEDS_CERTIFICATES: Final = frozenset({Scheme.NOT_INSPECTED, Scheme.NOT_FILMED})
"""Played by that class if somebody has a certificate of their own."""

OF_DOOMED_CLASSES: Final = frozenset(
    {Scheme.DISSATISFIED, Scheme.REPAIR_TOO_SOON, Scheme.MISSED_ON_FILM, Scheme.WORTHLESS}
)
"""Played by each class that loses its subsidy."""

STRIKES: Final = 3
"""So many recordings that do not show everybody take a class its subsidy."""

DEALT_EVERY: Final = 30
"""Of so many people with the same fate, one plays each manner that their fate allows."""

_NEXT_REGION: Final = 411202
"""Not the crooked school's own, and with two institutions that teach the crooked school's occupation."""


def dealt(*manners: Manner) -> Iterator[Manner]:
    """Deal manners for ever: an honest person first, then one of each, then honest people again."""
    return cycle((Manner.PLAIN, *manners, *[Manner.PLAIN] * (DEALT_EVERY - 1 - len(manners))))


def _with_lessons(**changes: Any) -> Callable[[Proposal], Proposal]:
    return lambda honest: replace(honest, lessons=replace(honest.lessons, **changes))


CROOKED_PLANS: Final[dict[Scheme, Callable[[Proposal], Proposal]]] = {
    Scheme.CROWDED_TEACHERS: _with_lessons(teachers=3),
    Scheme.ONE_TEACHER: lambda honest: replace(_with_lessons(teachers=1)(honest), capacity=20),
    Scheme.ONE_TOO_MANY: lambda honest: replace(_with_lessons(teachers=5)(honest), capacity=81),
    Scheme.SHORT_LESSONS: _with_lessons(lesson_minutes=39),
    Scheme.ONE_SESSION_SHORT: lambda honest: replace(honest, sessions=honest.sessions[:-1]),
    Scheme.LITTLE_PRACTICE: _with_lessons(theory_lessons=26, practical_lessons=38),
    Scheme.UNLISTED_PLATFORM: _with_lessons(online_lessons=1, online_platform="未登记的平台"),
    Scheme.OUTSIDE_REGION: lambda honest: replace(honest, held_in_region_id=_NEXT_REGION),
    Scheme.WEAK_CERTIFICATE: lambda honest: replace(honest, certificate_type=COMPLETION),
}
"""An honest plan, bent so that it breaks one rule and no other."""

COURSE_OF_THE_CROOKED: Final = ("DS04", "junior")
FIELD_OF_THE_CROOKED: Final = "catering"
OTHER_FIELD: Final = "machining"
"""The family of the crooked school's course, and one that has nothing to do with it."""

UNLICENSED_COURSE: Final = ("DM01", "junior")
COMPLETION_COURSE: Final = ("DA02", "")
"""A completion certificate is the strongest that can be had for it."""

one_lesson_short: Final = _with_lessons(theory_lessons=15, practical_lessons=24)
"""Bends an honest plan to 39 lessons, of which more than three fifths are practical."""

ENTERPRISE: Final = "91411200MA9EXAMP1X"
"""An invented social credit code."""

APPRENTICE_CLASSES: Final = 2
"""So many full classes of apprentices keep the rule; one more does not."""

COURSE_OF_THE_CONDEMNED: Final = ("DS01", "junior")
TOO_SHORT_NOTICE: Final = timedelta(days=2)
