"""Headers of every answer, errors included, and the id that a person can quote for a request."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import g, request

if TYPE_CHECKING:
    from flask import Flask, Response

POLICY = (
    "default-src 'self'; script-src 'self'{script}; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; worker-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
SCANNER = "/scan"
"""Only the scanner page decodes with WebAssembly, so only it may compile some."""


def register_headers(app: Flask) -> None:
    app.before_request(_name_request)
    app.after_request(_set_headers)


def _name_request() -> None:
    g.request_id = secrets.token_hex(8)


def _set_headers(response: Response) -> Response:
    headers = response.headers
    scanner = request.path.startswith(SCANNER)
    headers["Content-Security-Policy"] = POLICY.format(script=" 'wasm-unsafe-eval'" if scanner else "")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = f"camera=({'self' if scanner else ''}), geolocation=(), microphone=()"
    headers["X-Request-Id"] = g.get("request_id", "")
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    return response
