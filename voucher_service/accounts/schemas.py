"""What logging in looks like on the wire."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate


class TokenRequest(Schema):
    """RFC 6749, 4.4.2. Members that it does not know are let pass, because that RFC says so."""

    class Meta:
        unknown = EXCLUDE

    grant_type = fields.String(required=True, validate=validate.Length(max=64))
    client_id = fields.String(validate=validate.Length(max=64))
    client_secret = fields.String(validate=validate.Length(max=128))


class TokenAnswer(Schema):
    """RFC 6749, 5.1; `expires_in` in seconds."""

    access_token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_in = fields.Integer(required=True)


class StaffLogIn(Schema):
    login_name = fields.String(required=True, validate=validate.Length(1, 64))
    password = fields.String(required=True, validate=validate.Length(1, 128))
    code = fields.String(
        required=True,
        validate=validate.Regexp(r"[0-9]{6}\Z"),
        metadata={"description": "one-time code of the authenticator, six digits"},
    )


class StaffSession(Schema):
    token = fields.String(required=True, metadata={"description": "to be sent as `Authorization: Bearer …`"})
