"""Rows that no tree seals, held against the facts that it does: whose a voucher is, what it is worth, who decided.

The sealed facts say who got a voucher, when it was spent and for how much; everything else that a screen shows of it
stands in ordinary rows. Each check here is one question whose answer is nothing: the rows that say otherwise.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import text

from voucher_service.database import db
from voucher_service.holders import service as holders
from voucher_service.identifiers import to_hex
from voucher_service.institutions import service as institutions
from voucher_service.ledger.invariants import CHECKS, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMED_MAX: Final = 100
"""Rows that one check names; more of them are one disaster."""


class Question(NamedTuple):
    """`query` finds the rows that are wrong, as (region_id, id, figure), and `sentence` says so of each of them."""

    check: str
    thing: str
    sentence: str
    query: str


_OF_VOUCHER = "{0}.region_id = v.region_id AND {0}.voucher_id = v.voucher_id"
_FIRST_FACT = f"JOIN voucher_fact f ON {_OF_VOUCHER.format('f')} AND f.seq = 1"
_WORTH = "('certified', 'valued', 'publicised', 'payable', 'paid')"
_WORTHLESS = "('forfeited', 'rejected', 'revoked', 'recovered')"
_GIVEN_BACK = "('RedemptionUndone', 'RedemptionGivenBack')"
_HOLDS_PROMISE = "('approved', 'in_session')"
_OWN_PROMISE = "('completed', 'certified', 'valued', 'publicised', 'payable', 'paid')"
_APPROVED = "('approved', 'in_session', 'ended', 'exam_filed', 'examined', 'closed')"

QUESTIONS: Final = (
    Question(
        "vouchers are their persons'", "voucher", "names another person than the one that its first fact commits to",
        f"SELECT v.region_id, v.voucher_id, v.holder_id FROM voucher v {_FIRST_FACT} "
        "LEFT JOIN holder h ON h.holder_id = v.holder_id "
        "WHERE h.holder_id IS NULL OR f.commitment IS NULL OR h.commitment <> f.commitment",
    ),
    Question(
        "vouchers are as they were issued", "voucher", "is not as its first fact issued it: month {0}",
        f"SELECT v.region_id, v.voucher_id, v.period FROM voucher v {_FIRST_FACT} "
        "LEFT JOIN allotment a ON a.region_id = v.region_id AND a.programme_id = v.programme_id "
        "LEFT JOIN programme p ON p.programme_id = v.programme_id WHERE a.region_id IS NULL OR p.programme_id IS NULL "
        "OR v.programme_id <> f.programme_id OR v.period <> f.period OR v.issued_at <> f.recorded_at "
        "OR (v.kind = 'directed') <> (f.kind = 'VoucherOffered')",
    ),
    Question(
        "claims rest on answers", "voucher", "was claimed by fact {0} and has no questionnaire",
        "SELECT f.region_id, f.voucher_id, f.seq FROM voucher_fact f LEFT JOIN questionnaire q "
        "ON q.region_id = f.region_id AND q.voucher_id = f.voucher_id "
        "WHERE f.kind = 'VoucherClaimed' AND q.voucher_id IS NULL",
    ),
    Question(
        "redemptions are their facts", "redemption", "is not what fact {0} of its voucher recorded",
        "SELECT r.region_id, r.redemption_id, r.fact_seq FROM redemption r "
        "LEFT JOIN voucher v ON v.region_id = r.region_id AND v.voucher_id = r.voucher_id "
        f"LEFT JOIN voucher_fact f ON {_OF_VOUCHER.format('f')} AND f.seq = r.fact_seq "
        f"LEFT JOIN voucher_fact n ON {_OF_VOUCHER.format('n')} AND n.seq = r.fact_seq + 1 "
        "WHERE f.seq IS NULL OR f.kind <> 'VoucherRedeemed' OR f.reference_id <> r.redemption_id "
        "OR f.amount_fen <> r.amount_fen OR f.recorded_at <> r.redeemed_at OR f.actor_id <> r.client_id "
        "OR v.holder_id <> r.holder_id "
        f"OR (r.cancelled_at IS NOT NULL) <> (coalesce(n.kind, 'none') IN {_GIVEN_BACK})",
    ),
    Question(
        "redemptions are their facts", "voucher", "was redeemed by fact {0}, whose redemption is missing",
        "SELECT f.region_id, f.voucher_id, f.seq FROM voucher_fact f LEFT JOIN redemption r "
        "ON r.region_id = f.region_id AND r.voucher_id = f.voucher_id AND r.fact_seq = f.seq "
        "WHERE f.kind = 'VoucherRedeemed' AND r.redemption_id IS NULL",
    ),
    Question(
        "redemptions took a seat of their class", "redemption", "is for {0} fen and does not fit the class it names",
        "SELECT r.region_id, r.redemption_id, r.amount_fen FROM redemption r "
        "LEFT JOIN training_class t ON t.region_id = r.class_region_id AND t.class_id = r.class_id "
        "LEFT JOIN voucher v ON v.region_id = r.region_id AND v.voucher_id = r.voucher_id "
        "WHERE t.class_id IS NULL OR t.institution_id <> r.institution_id OR (r.cancelled_at IS NULL "
        "AND t.state <> 'cancelled' AND (t.standard_fen <> r.amount_fen OR t.programme_id <> v.programme_id "
        "OR t.occupation_code <> v.occupation_code OR t.level <> v.level))",
    ),
    Question(
        "seats are taken by redemptions", "class", "counts {0} seats taken, and other redemptions stand",
        "SELECT t.region_id, t.class_id, t.seats_taken FROM training_class t LEFT JOIN redemption r "
        "ON r.class_region_id = t.region_id AND r.class_id = t.class_id AND r.cancelled_at IS NULL "
        "GROUP BY t.region_id, t.class_id, t.seats_taken HAVING t.seats_taken <> count(r.redemption_id)",
    ),
    Question(
        "vouchers are worth what facts made them", "voucher",
        "is worth or reserves {0} fen, and its facts say another sum",
        "SELECT v.region_id, v.voucher_id, coalesce(v.value_fen, v.reserved_fen) FROM voucher v "
        f"LEFT JOIN voucher_fact f ON {_OF_VOUCHER.format('f')} AND f.kind = 'VoucherCertified' "
        f"LEFT JOIN redemption r ON {_OF_VOUCHER.format('r')} AND r.cancelled_at IS NULL "
        f"WHERE coalesce(v.value_fen, -1) <> CASE WHEN v.state IN {_WORTH} THEN coalesce(f.amount_fen, -2) "
        f"WHEN v.state IN {_WORTHLESS} THEN 0 ELSE -1 END "
        "OR coalesce(v.reserved_fen, -1) <> coalesce(r.amount_fen, -1)",
    ),
    Question(
        "certificates are their facts", "certificate", "is not what the fact of its voucher recorded",
        "SELECT c.region_id, c.certificate_id, c.entered_by FROM certificate c "
        "LEFT JOIN voucher v ON v.region_id = c.region_id AND v.voucher_id = c.voucher_id "
        f"LEFT JOIN voucher_fact f ON {_OF_VOUCHER.format('f')} AND f.kind = 'VoucherCertified' "
        "AND f.reference_id = c.certificate_id "
        f"LEFT JOIN redemption r ON {_OF_VOUCHER.format('r')} AND r.cancelled_at IS NULL "
        "LEFT JOIN training_class t ON t.region_id = r.class_region_id AND t.class_id = r.class_id "
        "WHERE (c.state = 'verified') <> (f.seq IS NOT NULL) "
        "OR (f.seq IS NOT NULL AND (c.examined_on <> v.examined_on OR c.occupation_code <> v.occupation_code "
        "OR c.level <> v.level OR c.institution_id <> r.institution_id OR c.certificate_type <> t.certificate_type "
        "OR c.decided_by = c.entered_by OR c.decided_at <> f.recorded_at))",
    ),
    Question(
        "certificates are their facts", "voucher", "was certified by fact {0}, whose certificate is missing",
        "SELECT f.region_id, f.voucher_id, f.seq FROM voucher_fact f LEFT JOIN certificate c "
        "ON c.certificate_id = f.reference_id AND c.region_id = f.region_id AND c.voucher_id = f.voucher_id "
        "WHERE f.kind = 'VoucherCertified' AND c.certificate_id IS NULL",
    ),
    Question(
        "two persons approved each class", "class", "goes on with {0} of four opinions",
        "SELECT t.region_id, t.class_id, count(o.person_id) FROM training_class t LEFT JOIN class_opinion o "
        "ON o.region_id = t.region_id AND o.class_id = t.class_id AND o.verdict = 'approve' "
        f"WHERE t.state IN {_APPROVED} GROUP BY t.region_id, t.class_id HAVING count(o.person_id) <> 4 "
        "OR count(DISTINCT CASE WHEN o.step = 'bureau' THEN o.person_id END) <> 2 "
        "OR count(DISTINCT CASE WHEN o.step = 'industry' THEN o.person_id END) <> 2",
    ),
    Question(
        "two persons voided each voucher", "voucher", "was voided by fact {0} without two persons' decision",
        "SELECT f.region_id, f.voucher_id, f.seq FROM voucher_fact f LEFT JOIN voucher_decision d "
        "ON d.region_id = f.region_id AND d.voucher_id = f.voucher_id AND d.decision_id = f.reference_id "
        "AND d.state = 'confirmed' AND d.decided_by <> d.asked_by "
        "WHERE f.kind = 'VoucherVoided' AND d.decision_id IS NULL",
    ),
    Question(
        "quotas count what was issued", "programme", "counts {0} vouchers issued there, and other vouchers stand",
        "SELECT a.region_id, a.programme_id, a.issued FROM allotment a LEFT JOIN voucher v "
        "ON v.region_id = a.region_id AND v.programme_id = a.programme_id AND v.state NOT IN ('returned', 'voided') "
        "GROUP BY a.region_id, a.programme_id, a.issued HAVING a.issued <> count(v.voucher_id)",
    ),
    Question(
        "budgets promise what they must", "programme", "promises {0} fen, and classes and vouchers hold another sum",
        f"SELECT {institutions.CITY_REGION}, p.programme_id, p.committed_fen FROM programme p WHERE p.committed_fen <> "
        "(SELECT coalesce(sum(t.capacity * t.standard_fen), 0) FROM training_class t "
        f"WHERE t.programme_id = p.programme_id AND (t.state IN {_HOLDS_PROMISE} OR (t.state = 'suspended' AND EXISTS "
        "(SELECT 1 FROM class_ruling c WHERE c.region_id = t.region_id AND c.class_id = t.class_id "
        f"AND c.kind = 'suspend' AND c.from_state IN {_HOLDS_PROMISE})))) + "
        "(SELECT coalesce(sum(v.reserved_fen), 0) FROM voucher v WHERE v.programme_id = p.programme_id "
        f"AND (v.state IN {_OWN_PROMISE} OR (v.state = 'redeemed' AND v.left_over_at IS NOT NULL)))",
    ),
)  # fmt: skip


def answered(question: Question) -> Iterator[Violation]:
    for region_id, subject, figure in db.session.execute(text(f"{question.query} LIMIT {NAMED_MAX}")):
        said = question.sentence.format(figure)
        yield Violation(question.check, f"region {region_id}, {question.thing} {to_hex(subject)} {said}")


def persons_are_who_was_committed_to() -> Iterator[Violation]:
    """Open every holder's sealed particulars and compare them with the commitment that the facts carry."""
    for region_id, holder_id in holders.not_as_committed(NAMED_MAX):
        detail = f"region {region_id}, holder {to_hex(holder_id)} is not whom their commitment was made for"
        yield Violation("persons are who was committed to", detail)


CHECKS += [*(partial(answered, question) for question in QUESTIONS), persons_are_who_was_committed_to]
