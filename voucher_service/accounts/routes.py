"""Log-in of staff and of institutions' systems through the API, and log-out of everyone.

Nothing here takes an Idempotency-Key: a kept answer would be a token kept in clear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from flask import jsonify, request
from marshmallow import ValidationError

from voucher_service.accounts import service
from voucher_service.accounts.errors import ClientRefused
from voucher_service.accounts.schemas import StaffLogIn, StaffSession, TokenAnswer, TokenRequest
from voucher_service.database import unit_of_work
from voucher_service.identifiers import from_hex
from voucher_service.web.access import PUBLIC, ROLES, allow, caller
from voucher_service.web.strict_json import Blueprint

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("accounts", __name__, url_prefix="/api/v1", description="Logging in and out")

_TOKEN_REFUSAL = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
_TOKEN_DOCUMENTATION = {
    "requestBody": {
        "required": True,
        "content": {
            mimetype: {"schema": TokenRequest} for mimetype in ("application/x-www-form-urlencoded", "application/json")
        },
    },
    "responses": {status: {"content": {"application/json": {"schema": _TOKEN_REFUSAL}}} for status in ("400", "401")},
}


class Presented(NamedTuple):
    """A system's credentials as they came, in the body or by HTTP Basic."""

    grant_type: str
    client_id: str
    secret: str


@blueprint.route("/token", methods=["POST"])
@allow(PUBLIC)
@blueprint.doc(**_TOKEN_DOCUMENTATION)
@blueprint.response(200, TokenAnswer)
def token() -> Response | dict[str, Any]:
    """Exchange an institution's client credentials for a token of one hour (RFC 6749, 4.4)."""
    try:
        presented = _presented()
    except ValidationError:
        return _token_refused("invalid_request", 400)
    if presented.grant_type != "client_credentials":
        return _token_refused("unsupported_grant_type", 400)
    try:
        issued = service.client_token(_client_id(presented.client_id), presented.secret)
    except ClientRefused as refusal:
        return _token_refused(refusal.code, refusal.status)
    return {"access_token": issued, "token_type": "Bearer", "expires_in": service.CLIENT_TOKEN_SECONDS}


@blueprint.route("/staff-sessions", methods=["POST"])
@allow(PUBLIC)
@blueprint.arguments(StaffLogIn)
@blueprint.response(201, StaffSession)
def log_in_staff(shown: dict[str, str]) -> dict[str, str]:
    """Log a member of staff in with password and one-time code."""
    return {"token": service.log_in_staff(shown["login_name"], shown["password"], shown["code"])}


@blueprint.route("/session", methods=["DELETE"])
@allow(*ROLES - {PUBLIC})
@blueprint.response(204)
def log_out() -> None:
    """End the session that makes this request."""
    session_id = caller().session_id
    if session_id is not None:
        with unit_of_work():
            service.end_session(session_id)


def _presented() -> Presented:
    """Read the credentials; raises ValidationError."""
    given = TokenRequest().load(request.form.to_dict() if request.form else request.get_json())
    basic = request.authorization
    if basic is not None and basic.type == "basic":
        return Presented(given["grant_type"], basic.username or "", basic.password or "")
    return Presented(given["grant_type"], given.get("client_id", ""), given.get("client_secret", ""))


def _client_id(text: str) -> int:
    """Read a client id; one that cannot be any is refused as one that is not there."""
    try:
        return from_hex(text)
    except ValueError:
        raise ClientRefused from None


def _token_refused(error: str, status: int) -> Response:
    """Refuse in the words of RFC 6749, 5.2, which is what client libraries understand."""
    answer = jsonify(error=error)
    answer.status_code = status
    if status == 401:  # noqa: PLR2004 - HTTP
        answer.headers["WWW-Authenticate"] = 'Basic realm="token"'
    return answer
