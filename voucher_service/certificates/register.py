"""The register of certificates that this city keeps: finding one, and the one that counts for a voucher."""

from __future__ import annotations

from sqlalchemy import select

from voucher_service.certificates.models import COUNTS, Certificate
from voucher_service.database import db
from voucher_service.errors import NotFound


def find(certificate_id: int) -> Certificate:
    """Return one certificate; raises NotFound."""
    found = db.session.get(Certificate, certificate_id, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def of_voucher(region_id: int, voucher_id: int) -> Certificate | None:
    """Return the certificate that counts for a voucher: entered or verified; a refused one counts for nothing."""
    query = select(Certificate).where(Certificate.region_id == region_id, Certificate.voucher_id == voucher_id, COUNTS)
    return db.session.scalars(query).first()
