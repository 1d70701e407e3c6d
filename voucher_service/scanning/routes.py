"""/api/v1/scans and /api/v1/offline-scans: what a scanning device asks and what it brings home."""

from __future__ import annotations

import json
from typing import Any

from flask import Response
from marshmallow import RAISE

from voucher_service.database import db, unit_of_work
from voucher_service.identifiers import to_hex
from voucher_service.scanning import service
from voucher_service.scanning.schemas import (
    NonceArguments,
    OfflineScanSchema,
    OfflineScansSchema,
    ShownSchema,
    SyncSchema,
    UploadSchema,
)
from voucher_service.web.access import BUREAU, INSTITUTION, allow, caller
from voucher_service.web.current import identifier, now
from voucher_service.web.idempotency import keep, kept_answer, request_hash, required_key
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("scanning", __name__, url_prefix="/api/v1")

LISTED_MAX = 200
OK = 200


@blueprint.post("/scans/look")
@allow(*INSTITUTION)
@blueprint.arguments(ShownSchema)
@blueprint.response(200, description="`voucher`, masked `name` and `id_number`, `holder`: match, … or unchecked")
def look(shown: dict[str, Any]) -> dict[str, Any]:
    """Say whose live code is shown, masked, and how the card fits it; nothing is spent.

    It is asked by POST because a code has no place in an address, and kept under no key because nothing changes.
    """
    card = _card(shown["person"])
    found = service.look(shown["code"], shown["class_id"], card, caller(), now())
    return {
        "voucher": to_hex(found.voucher_id),
        "name": found.name,
        "id_number": found.id_number,
        "holder": found.holder,
    }


@blueprint.get("/scans/of-class/<string(length=16):training_class>")
@allow(*INSTITUTION)
@blueprint.response(200, description="`expected`, `redeemed`, `refused` by reason, `seats_left`, `capacity`")
def tally(training_class: str) -> dict[str, Any]:
    """Count the door of one of the institution's classes so far."""
    found = service.tally(identifier(training_class), caller())
    return {
        "expected": found.expected,
        "redeemed": found.redeemed,
        "refused": found.refused,
        "seats_left": found.seats_left,
        "capacity": found.capacity,
    }


@blueprint.get("/offline-scans/nonce")
@allow(*INSTITUTION)
@blueprint.arguments(NonceArguments, location="query", unknown=RAISE)
@blueprint.response(200, description="`nonce`, good for ten minutes, and `server_time`")
def draw_nonce(wanted: dict[str, int]) -> dict[str, str]:
    """Draw the nonce that a device signs to show that it is here now."""
    moment = now()
    nonce = service.draw_nonce(wanted["device"], caller(), moment)
    return {"nonce": nonce.hex(), "server_time": moment.isoformat()}


@blueprint.post("/offline-scans/syncs")
@allow(*INSTITUTION)
@blueprint.arguments(SyncSchema)
@blueprint.response(
    200, description="`directory` for work off line and `server_time`; kept under no key: it has secrets"
)
def sync(wanted: dict[str, Any]) -> dict[str, Any]:
    """Give an enrolled device the key directory, and note how far its log goes."""
    moment = now()
    heard = service.Greeting(
        wanted["device"],
        bytes.fromhex(wanted["nonce"]),
        wanted["head_number"],
        bytes.fromhex(wanted["head_digest"]),
        bytes.fromhex(wanted["signature"]),
    )
    return {"directory": service.sync(heard, caller(), moment), "server_time": moment.isoformat()}


@blueprint.post("/offline-scans")
@allow(*INSTITUTION)
@blueprint.arguments(UploadSchema)
@blueprint.response(200, description="`scans`: what became of each; `missing`: numbers of the log that never arrived")
def receive(wanted: dict[str, Any]) -> Response:
    """Take in up to 50 scans that a device made off line, and decide each; sent again, each has its first answer."""
    key, digest = required_key(), request_hash()
    if earlier := kept_answer(key, digest):
        return earlier
    decided = service.receive(_upload(wanted), caller(), now())
    answer = {
        "scans": OfflineScanSchema(many=True).dump(decided),
        "missing": service.missing_from(wanted["device"], caller()),
        "server_time": now().isoformat(),
    }
    body = json.dumps(answer, ensure_ascii=False)
    with unit_of_work():
        if earlier := kept_answer(key, digest):
            return earlier
        keep(key, digest, OK, body)
    return Response(body, OK, mimetype="application/json")


@blueprint.get("/offline-scans")
@allow(*INSTITUTION, *BUREAU)
@blueprint.response(200, OfflineScansSchema)
def list_offline_scans() -> dict[str, Any]:
    """List the latest off-line scans with what became of each."""
    return {"scans": db.session.scalars(service.visible_to(caller()).limit(LISTED_MAX)).all()}


def _upload(wanted: dict[str, Any]) -> service.Upload:
    return service.Upload(
        wanted["device"],
        bytes.fromhex(wanted["nonce"]),
        [
            service.Sent(bytes.fromhex(sent["entry"]), bytes.fromhex(sent["signature"]), _card(sent["person"]))
            for sent in wanted["entries"]
        ],
        bytes.fromhex(wanted["signature"]),
    )


def _card(person: dict[str, str | None] | None) -> service.Card | None:
    return None if person is None else service.Card(**{name: told or "" for name, told in person.items()})
