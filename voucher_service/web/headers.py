"""Headers of every answer, errors included, and the id that a person can quote for a request."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import Response, g

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import WSGIEnvironment
    from flask import Flask

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


_BODILESS = frozenset({204, 304})


class Answer(Response):
    """An answer as it leaves: with the headers that all have, and in one piece when it is in memory."""

    def get_wsgi_response(self, environ: WSGIEnvironment) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        """Add the headers to the finished list, where nothing checks them name by name for each request."""
        body, status, headers = super().get_wsgi_response(environ)
        headers += _SCANNER if environ["PATH_INFO"].startswith(_SCANNER_PATH) else _EVERYWHERE
        headers.append(("X-Request-Id", g.get("request_id", "")))
        if environ["wsgi.url_scheme"] == "https":
            headers.append(("Strict-Transport-Security", "max-age=31536000"))
        if "Cache-Control" not in self.headers:
            headers.append(("Cache-Control", "no-store"))
        return body, status, headers

    def get_app_iter(self, environ: WSGIEnvironment) -> Iterable[bytes]:
        """Hand a body that is in memory over as a list; the server sends anything else in turns between threads."""
        in_memory = isinstance(self.response, list) and not self._on_close
        if not in_memory or environ["REQUEST_METHOD"] == "HEAD" or self.status_code in _BODILESS:
            return super().get_app_iter(environ)
        return [*self.iter_encoded()]


def register_headers(app: Flask) -> None:
    app.response_class = Answer
    app.before_request(_name_request)


def _name_request() -> None:
    g.request_id = secrets.token_hex(8)
