"""Rows that no tree seals are altered by somebody who may do anything; the check that holds them to facts says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.journey.city import START
from tests.journey.town import Town, a_door, assert_sound, claimed, lasting_town, town
from tests.vouchers.test_decisions import ask, decide
from voucher_service.database import db
from voucher_service.identifiers import from_hex
from voucher_service.ledger.invariants import check_invariants
from voucher_service.reports.rows_and_facts import QUESTIONS

if TYPE_CHECKING:
    from tests.journey.town import Trainee, Worker

__all__ = ["lasting_town", "town"]

PERSONS = "vouchers are their persons'"
ISSUED = "vouchers are as they were issued"
REDEMPTIONS = "redemptions are their facts"
SEATS = "redemptions took a seat of their class"
COUNTED = "seats are taken by redemptions"
WORTH = "vouchers are worth what facts made them"
CERTIFICATES = "certificates are their facts"
OPINIONS = "two persons approved each class"
QUOTAS = "quotas count what was issued"
BUDGETS = "budgets promise what they must"
VOIDED = "two persons voided each voucher"
WHO = "persons are who was committed to"

CERTIFIED, OTHER, LIVE = "voucher_id = :certified", "voucher_id = :other", "voucher_id = :seated"
CLASS = "class_id = (SELECT class_id FROM redemption WHERE voucher_id = :seated)"
SOMEBODY = "(SELECT holder_id FROM voucher WHERE voucher_id = :voided)"

ALTERATIONS: dict[str, tuple[str, str]] = {
    "another person": (PERSONS, f"UPDATE voucher SET holder_id = {SOMEBODY} WHERE {CERTIFIED}"),
    "nobody": (PERSONS, f"UPDATE voucher SET holder_id = 77 WHERE {CERTIFIED}"),
    "a person gone": (PERSONS, f"DELETE FROM holder WHERE holder_id = {SOMEBODY}"),
    "another month": (ISSUED, f"UPDATE voucher SET period = period + 1 WHERE {OTHER}"),
    "another day": (ISSUED, f"UPDATE voucher SET issued_at = issued_at + 1 WHERE {OTHER}"),
    "a directed one": (ISSUED, f"UPDATE voucher SET kind = 'directed' WHERE {OTHER}"),
    "no share": (ISSUED, "DELETE FROM allotment WHERE issued > 0"),
    "no answers": ("claims rest on answers", f"DELETE FROM questionnaire WHERE {CERTIFIED}"),
    "a dearer seat": (REDEMPTIONS, f"UPDATE redemption SET amount_fen = amount_fen + 1 WHERE {LIVE}"),
    "an earlier scan": (REDEMPTIONS, f"UPDATE redemption SET redeemed_at = redeemed_at - 1 WHERE {LIVE}"),
    "another scanner": (REDEMPTIONS, f"UPDATE redemption SET client_id = client_id + 1 WHERE {LIVE}"),
    "another trainee": (REDEMPTIONS, f"UPDATE redemption SET holder_id = {SOMEBODY} WHERE {LIVE}"),
    "a seat given back": (REDEMPTIONS, f"UPDATE redemption SET cancelled_at = redeemed_at WHERE {LIVE}"),
    "a redemption gone": (REDEMPTIONS, f"DELETE FROM redemption WHERE {LIVE}"),
    "another school": (SEATS, f"UPDATE redemption SET institution_id = institution_id + 1 WHERE {LIVE}"),
    "a class gone": (SEATS, f"UPDATE redemption SET class_id = 5 WHERE {LIVE}"),
    "a dearer class": (SEATS, f"UPDATE training_class SET standard_fen = standard_fen + 1 WHERE {CLASS}"),
    "another level": (SEATS, f"UPDATE training_class SET level = 'else' WHERE {CLASS}"),
    "an empty seat": (COUNTED, f"UPDATE training_class SET seats_taken = seats_taken - 1 WHERE {CLASS}"),
    "a dearer voucher": (WORTH, f"UPDATE voucher SET value_fen = value_fen + 1 WHERE {CERTIFIED}"),
    "a worthless voucher": (WORTH, f"UPDATE voucher SET value_fen = NULL WHERE {CERTIFIED}"),
    "a worth without a certificate": (WORTH, f"UPDATE voucher SET value_fen = reserved_fen WHERE {LIVE}"),
    "another reserve": (WORTH, f"UPDATE voucher SET reserved_fen = reserved_fen + 1 WHERE {LIVE}"),
    "another's certificate": (CERTIFICATES, f"UPDATE certificate SET voucher_id = :seated WHERE {CERTIFIED}"),
    "a refused certificate": (CERTIFICATES, f"UPDATE certificate SET state = 'refused' WHERE {CERTIFIED}"),
    "another skill": (CERTIFICATES, f"UPDATE certificate SET occupation_code = 'else' WHERE {CERTIFIED}"),
    "another kind": (CERTIFICATES, f"UPDATE certificate SET certificate_type = 'else' WHERE {CERTIFIED}"),
    "its own judge": (CERTIFICATES, f"UPDATE certificate SET decided_by = entered_by WHERE {CERTIFIED}"),
    "a certificate gone": (CERTIFICATES, f"DELETE FROM certificate WHERE {CERTIFIED}"),
    "an opinion gone": (OPINIONS, f"DELETE FROM class_opinion WHERE step = 'bureau' AND turn = 'second' AND {CLASS}"),
    "an opinion turned": (OPINIONS, f"UPDATE class_opinion SET verdict = 'refuse' WHERE turn = 'first' AND {CLASS}"),
    "a class waved through": (OPINIONS, f"DELETE FROM class_opinion WHERE {CLASS}"),
    "a freed quota": (QUOTAS, "UPDATE allotment SET issued = issued - 1 WHERE issued > 0"),
    "a freed budget": (BUDGETS, "UPDATE programme SET committed_fen = committed_fen - 1"),
    "a bigger class": (BUDGETS, f"UPDATE training_class SET capacity = capacity + 1 WHERE {CLASS}"),
    "a decision gone": (VOIDED, "DELETE FROM voucher_decision WHERE kind = 'void'"),
    "a decision about another": (VOIDED, "UPDATE voucher_decision SET voucher_id = :seated WHERE kind = 'void'"),
    "a renamed person": (WHO, f"UPDATE holder SET name_sealed = phone_sealed WHERE holder_id = {SOMEBODY}"),
    "another commitment": (WHO, f"UPDATE holder SET commitment_salt = commitment WHERE holder_id = {SOMEBODY}"),
}

UNGUARDED = {
    "sqlite": "DROP TRIGGER questionnaire_no_delete",
    "postgresql": "ALTER TABLE questionnaire DISABLE TRIGGER USER",
}
"""What the owner of the database does before altering a table that only grows."""


@pytest.fixture(scope="module")
def subjects(lasting_town: Town) -> dict[str, int]:
    """A certified voucher, one in a class that goes on, one in hand, and one that two persons voided, by their ids."""
    lasting_town.clock.moment = START
    seated = a_door(lasting_town).seat()[0]
    door = a_door(lasting_town)
    trainee: Trainee = door.complete()[0]
    assert door.certify(door.examine([trainee])[0]).status_code == 200
    lasting_town.tokens.clear()
    other: Worker = claimed(lasting_town)
    voided = claimed(lasting_town)
    assert decide(lasting_town, ask(lasting_town, voided)).status_code == 200
    workers = {"certified": trainee.worker, "other": other, "seated": seated.worker, "voided": voided}
    return {name: from_hex(worker.voucher) for name, worker in workers.items()}


def test_a_city_in_use_is_green(lasting_town: Town, subjects: dict[str, int]) -> None:
    assert len(subjects) == len(set(subjects.values()))
    assert_sound(lasting_town)


@pytest.mark.parametrize("what", ALTERATIONS)
def test_an_altered_row_is_named_by_the_check_that_it_breaks(
    what: str, lasting_town: Town, subjects: dict[str, int]
) -> None:
    check, statement = ALTERATIONS[what]
    with lasting_town.app.app_context():
        try:
            if "questionnaire" in statement:
                db.session.execute(text(UNGUARDED[db.engine.dialect.name]))
            altered = {name: subjects[name] for name in subjects if f":{name}" in statement}
            assert db.session.execute(text(statement), altered).rowcount > 0  # type: ignore[attr-defined]
            assert check in {violation.check for violation in check_invariants()}
        finally:
            db.session.rollback()


def test_every_check_of_rows_has_an_alteration() -> None:
    assert {question.check for question in QUESTIONS} | {WHO} == {check for check, _ in ALTERATIONS.values()}
