"""/api/v1/sign-ins: the holder's own sign-in, and what face devices recorded."""

from __future__ import annotations

from typing import Any

from flask import Response

from voucher_service.classes import service as classes
from voucher_service.errors import Refusal
from voucher_service.sign_ins import service
from voucher_service.sign_ins.schemas import (
    FaceRecordsSchema,
    SigningInSchema,
    SignInNonceSchema,
    TakenFaceRecordsSchema,
)
from voucher_service.sign_ins.sign_in_schema import SignInSchema
from voucher_service.web.access import HOLDER, INSTITUTION, allow, caller
from voucher_service.web.current import identifier, now
from voucher_service.web.idempotency import idempotent
from voucher_service.web.problems import problem_of, render_problem
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("sign_ins", __name__, url_prefix="/api/v1/sign-ins")


@blueprint.get("/nonce")
@allow(HOLDER)
@blueprint.response(200, SignInNonceSchema)
def draw_nonce() -> dict[str, Any]:
    """Draw what one sign-in from this log-in has to show, within two minutes, once; nothing is written down."""
    drawn_at = now()
    return {"nonce": service.draw_nonce(caller(), drawn_at).hex(), "drawn_at": drawn_at}


@blueprint.post("")
@idempotent
@allow(HOLDER)
@blueprint.arguments(SigningInSchema)
@blueprint.response(201, SignInSchema)
def sign_in(wanted: dict[str, Any]) -> service.SignIn | Response:
    """Sign in at the session whose screen shows the code; what does not count is recorded with its `flags`."""
    nonce = bytes.fromhex(wanted.pop("nonce"))
    found = service.sign_in(caller(), nonce, now(), **wanted)
    return render_problem(problem_of(found)) if isinstance(found, Refusal) else found


@blueprint.post("/classes/<string(length=16):training_class>/face-records")
@idempotent
@allow(*INSTITUTION)
@blueprint.arguments(FaceRecordsSchema)
@blueprint.response(200, TakenFaceRecordsSchema)
def receive_faces(wanted: dict[str, Any], training_class: str) -> dict[str, Any]:
    """Take in what an enrolled face device signed for one of the institution's own classes, all or nothing."""
    brought = [
        service.Brought(bytes.fromhex(one["record"]), bytes.fromhex(one["signature"])) for one in wanted["records"]
    ]
    found = _own_class(training_class)
    return {"records": service.receive_faces(found, wanted["device"], brought, caller(), now())}


def _own_class(text: str) -> Any:
    return classes.find(identifier(text), caller())
