"""/healthz, /readyz and /metrics."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from voucher_service.database import db
from voucher_service.ledger.counts import sealed_facts
from voucher_service.web.access import PUBLIC, allow
from voucher_service.web.steady_time import is_steady

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@allow(PUBLIC)
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@allow(PUBLIC)
def readyz() -> tuple[dict[str, Any], int]:
    """The database answers, a signing key is in force and time is right; otherwise 503 and which of them is missing."""
    checks = (("database", _database_answers()), ("signing_key", _can_sign()), ("clock", is_steady()))
    missing = [name for name, works in checks if not works]
    return {"status": "unready" if missing else "ready", "missing": missing}, 503 if missing else 200


@blueprint.get("/metrics")
@allow(PUBLIC)
def metrics() -> Response:
    """Sealed facts and signatures, for Prometheus; counts only, nothing about a person."""
    registry = CollectorRegistry()
    sealed = Gauge("voucher_sealed_facts", "Facts in the sealed trees", registry=registry)
    sealed.set(sealed_facts())
    issued = Gauge("voucher_code_signatures", "Live-code sessions signed", ["kid"], registry=registry)
    ring = current_app.extensions["key_ring"]
    for key in ring.list():
        issued.labels(kid=str(key.kid)).set(ring.signatures_issued(key.kid))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _database_answers() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _can_sign() -> bool:
    return any(True for _ in current_app.extensions["key_ring"].directory.keys)
