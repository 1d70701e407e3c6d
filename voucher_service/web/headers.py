"""Headers of every answer, errors included, and the id that a person can quote for a request."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import g, request

if TYPE_CHECKING:
    from flask import Flask, Response

_POLICY = (
    "default-src 'self'; script-src 'self'{script}; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; worker-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_SCANNER_PATH = "/scan"
"""Only the scanner page decodes with WebAssembly and sees a camera, so only it may."""


def _fixed(script: str, camera: str) -> tuple[tuple[str, str], ...]:
    return (
        ("Content-Security-Policy", _POLICY.format(script=script)),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Permissions-Policy", f"camera=({camera}), geolocation=(), microphone=()"),
    )


_EVERYWHERE = _fixed(script="", camera="")
_SCANNER = _fixed(script=" 'wasm-unsafe-eval'", camera="self")


def register_headers(app: Flask) -> None:
    app.before_request(_name_request)
    app.after_request(_set_headers)


def _name_request() -> None:
    g.request_id = secrets.token_hex(8)


def _set_headers(response: Response) -> Response:
    headers = response.headers
    headers.extend(_SCANNER if request.path.startswith(_SCANNER_PATH) else _EVERYWHERE)
    headers["X-Request-Id"] = g.get("request_id", "")
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    return response
