"""How many persons a clerk may open in a day: every question about a card counts, whatever is answered."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from tests.journey.town import newcomer, refused
from tests.races.crowd import race
from tests.vouchers.test_assistance import at_counter, received, stranger
from voucher_service.database import db, unit_of_work
from voucher_service.holders.models import AssistanceCount

if TYPE_CHECKING:
    from tests.journey.city import Town


def test_a_clerk_opens_so_many_persons_a_day(town: Town) -> None:
    at_counter(town, stranger())
    with town.app.app_context(), unit_of_work() as session:
        session.execute(update(AssistanceCount).where(AssistanceCount.kind == "receive").values(taken=200))
    assert refused(received(town, stranger())) == (409, "assistance_cap_reached")
    with town.app.app_context(), unit_of_work() as session:
        session.execute(update(AssistanceCount).where(AssistanceCount.kind == "receive").values(taken=1))


def receptions(town: Town) -> int:
    """How many persons the clerks asked about today."""
    with town.app.app_context():
        return sum(db.session.scalars(select(AssistanceCount.taken).where(AssistanceCount.kind == "receive")))


def test_a_clerks_question_about_a_card_counts_whatever_is_answered(town: Town) -> None:
    at_counter(town, stranger())
    before = receptions(town)
    known, owner = newcomer(town).person, newcomer(town).person
    asking = (
        (partial(received, town, known, name="示别人"), (422, "identity_not_confirmed")),
        (partial(received, town, known, phone=stranger().phone), (422, "identity_not_confirmed")),
        (partial(received, town, stranger(), phone=owner.phone), (409, "phone_taken")),
    )
    for asked, (ask, answer) in enumerate(asking, start=1):
        assert refused(ask()) == answer
        assert receptions(town) == before + asked
    assert refused(received(town, known, id_number="1")) == (422, "id_number_malformed")
    assert receptions(town) == before + 3, "what is no number asks nothing"


def test_of_many_questions_at_the_cap_one_is_answered(town: Town) -> None:
    at_counter(town, stranger())
    with town.app.app_context(), unit_of_work() as session:
        session.execute(update(AssistanceCount).where(AssistanceCount.kind == "receive").values(taken=199))
    known = newcomer(town).person
    ended = race([partial(received, town, known, name="示别人")] * 6)
    assert ended.answers == {(422, "identity_not_confirmed"): 1, (409, "assistance_cap_reached"): 5}
    with town.app.app_context(), unit_of_work() as session:
        session.execute(update(AssistanceCount).where(AssistanceCount.kind == "receive").values(taken=1))
