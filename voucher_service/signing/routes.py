"""/api/v1/keys: the signed key directory that scanners synchronise."""

from __future__ import annotations

from typing import Any

from flask import current_app
from marshmallow import fields

from voucher_service.web.access import PUBLIC, allow
from voucher_service.web.fields import StrictSchema
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint(
    "keys", __name__, url_prefix="/api/v1/keys", description="The signed key directory and revocation list"
)


class PublishedKeySchema(StrictSchema):
    """A public key that voucher codes are signed with."""

    kid = fields.Integer()
    suite = fields.Integer(metadata={"description": "1 Ed25519, 2 SM2, 3 ES256"})
    public_key = fields.String(metadata={"description": "hex"})
    not_before = fields.String()
    not_after = fields.String()
    status = fields.String(metadata={"description": "active, retired or revoked"})


class DirectorySchema(StrictSchema):
    keys = fields.List(fields.Nested(PublishedKeySchema))
    revoked_vouchers = fields.List(fields.String(metadata={"description": "16 hex digits"}))


class PublishedDirectorySchema(StrictSchema):
    """What `voucher-service code verify --keys FILE --root HEX` reads."""

    format = fields.String()
    version = fields.Integer()
    sequence = fields.Integer(
        metadata={"description": "grows with every change; refuse a lower one than you have seen"}
    )
    issued_at = fields.String()
    expires_at = fields.String(metadata={"description": "trust it no longer"})
    directory = fields.Nested(DirectorySchema)
    root_key = fields.String(metadata={"description": "which root signed; trust the one you were enrolled with"})
    signature = fields.String(metadata={"description": "Ed25519, 128 hex digits"})


@blueprint.get("")
@allow(PUBLIC)
@blueprint.response(200, PublishedDirectorySchema)
def show_published() -> dict[str, Any]:
    """Give the keys in force and the revoked vouchers, signed by the root key, without the holder-tag keys."""
    published: dict[str, Any] = current_app.extensions["key_ring"].published()
    return published
