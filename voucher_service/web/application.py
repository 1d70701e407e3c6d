"""The WSGI application's own class: Flask, without the work that no request of this service needs."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from werkzeug.routing import Rule
from werkzeug.wsgi import get_host

from voucher_service.web.forwarded import believe_proxy
from voucher_service.web.strict_json import StrictRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Request, Response
    from werkzeug.routing import MapAdapter


class SessionsOfCookies(SecureCookieSessionInterface):
    """Reads a session only where a cookie came; systems with a token send none, and pay for no signature."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "HTTP_COOKIE" not in request.environ:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Save a session that somebody used; the library looks up how first, even where there is nothing to save."""
        if session or session.modified or session.accessed:
            super().save_session(app, session, response)


class Address(Rule):
    """A route whose `url_for` is compiled when an address is first built; most processes build a few of them."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002
        compiled = cache(partial(super()._compile_builder, append_unknown))

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            return compiled()(rule, **values)

        return build


class Service(Flask):
    request_class = StrictRequest
    url_rule_class = Address
    session_interface = SessionsOfCookies()

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Bind the addresses to what the request has read already; the library reads it anew from the environment.

        Every host is served alike, and the library stays in charge of what is rare: no request, or another protocol.
        """
        if request is None or "HTTP_UPGRADE" in request.environ:
            return super().create_url_adapter(request)
        request.host = get_host(request.environ)
        return self.url_map.bind(
            request.host,
            script_name=request.root_path,
            subdomain="",
            url_scheme=request.scheme,
            default_method=request.method,
            path_info=request.path,
            query_args=request.query_string.decode(errors="replace"),
        )

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the view as it is: none is a coroutine, and every layer of every request asks."""
        return func

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        believe_proxy(environ)
        return super().wsgi_app(environ, start_response)
