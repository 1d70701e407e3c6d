"""Holding an entered certificate against the register: person, work, level, kind and days have to be the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import update

from voucher_service.certificates.adapters import Record, certificate_registry
from voucher_service.certificates.errors import CertificateDecided
from voucher_service.certificates.models import Certificate
from voucher_service.certificates.register import find
from voucher_service.certificates.rules import differing
from voucher_service.database import db, end_reading
from voucher_service.holders import service as holders
from voucher_service.programmes import service as programmes
from voucher_service.vouchers import service as vouchers

if TYPE_CHECKING:
    from datetime import datetime

    from voucher_service.web.access import Caller

MATCHES, DIFFERS, UNKNOWN = "matches", "differs", "unknown"


class Answer(NamedTuple):
    """What the register said, with the names of the fields that differ."""

    verdict: str
    fields: tuple[str, ...] = ()


def ask(certificate_id: int) -> Answer:
    """Ask the register about an entered certificate, outside any unit of work: nobody waits for its answer.

    Refusals: NotFound, CertificateDecided, CertificateRegistryUnavailable.
    """
    certificate = find(certificate_id)
    if certificate.state != "entered":
        raise CertificateDecided(state=certificate.state)
    voucher = vouchers.find(certificate.region_id, certificate.voucher_id)
    person = holders.particulars(voucher.holder_id)
    occupation = programmes.occupations().get(certificate.occupation_code)
    names = {certificate.occupation_code, occupation.name} if occupation else {certificate.occupation_code}
    entered = Record(
        name=person.name,
        id_number=person.id_number,
        occupation=certificate.occupation_code,
        level=certificate.level,
        certificate_type=certificate.certificate_type,
        examined_on=certificate.examined_on,
        issued_on=certificate.issued_on,
    )
    issuer, number = certificate.issuer, certificate.number
    end_reading()
    record = certificate_registry().look_up(issuer, number, entered)
    if record is None:
        return Answer(UNKNOWN)
    fields = differing(entered, record, names, same_name=holders.is_same_name(person.name, record.name))
    return Answer(DIFFERS if fields else MATCHES, fields)


def record(certificate_id: int, answer: Answer, caller: Caller, now: datetime) -> Certificate:
    """Write down what the register said of a certificate that nobody has decided meanwhile, in the open unit of work.

    Refusals: NotFound, CertificateDecided.
    """
    written = db.session.execute(
        update(Certificate)
        .where(Certificate.certificate_id == certificate_id, Certificate.state == "entered")
        .values(
            registry_answer=answer.verdict,
            registry_fields=list(answer.fields),
            registry_asked_by=caller.person_id or caller.subject_id,
            registry_asked_at=now,
        )
        .returning(Certificate.certificate_id)
        .execution_options(synchronize_session=False)
    )
    if written.first() is None:
        raise CertificateDecided(state=find(certificate_id).state)
    return find(certificate_id)
