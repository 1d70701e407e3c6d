"""Who may call what. Every view declares its roles; a view that declares none is denied to everyone.

The rooms above know how to recognise a caller; they hand that knowledge in as `authenticate`, so that this floor
needs no table of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from flask import Flask, Request, g, redirect
from flask.globals import request_ctx
from flask_wtf.csrf import CSRFProtect

from voucher_service.errors import Forbidden, NotFound, Unauthenticated
from voucher_service.web.problems import wants_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

View = TypeVar("View", bound="Callable[..., Any]")

PUBLIC: Final = "public"
HOLDER: Final = "holder"
INSTITUTION_ADMIN: Final = "institution_admin"
INSTITUTION_CLERK: Final = "institution_clerk"
INSTITUTION_CLIENT: Final = "institution_client"
INDUSTRY_REVIEWER: Final = "industry_reviewer"
FIELD_INSPECTOR: Final = "field_inspector"
BUREAU_CLERK: Final = "bureau_clerk"
BUREAU_REVIEWER: Final = "bureau_reviewer"
FINANCE: Final = "finance"
AUDITOR: Final = "auditor"
SYSTEM_ADMIN: Final = "system_admin"
SECURITY_ADMIN: Final = "security_admin"
AUDIT_ADMIN: Final = "audit_admin"

INSTITUTION: Final = (INSTITUTION_ADMIN, INSTITUTION_CLERK, INSTITUTION_CLIENT)
BUREAU: Final = (BUREAU_CLERK, BUREAU_REVIEWER)
INSPECTORS: Final = (*BUREAU, INDUSTRY_REVIEWER, FIELD_INSPECTOR)
"""二(三)2: the industry department or the labour bureau of the place inspects; a field inspector does nothing else."""

REPORT_READERS: Final = (*BUREAU, INDUSTRY_REVIEWER, FINANCE, AUDITOR)
ROLES: Final = frozenset(
    {PUBLIC, HOLDER, *INSTITUTION, *REPORT_READERS, *INSPECTORS, SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN}
)

COOKIE: Final = "voucher_session"
csrf = CSRFProtect()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. `person_id` is the natural person behind a staff account: two accounts of one are still one.

    `subject_id` is the holder, the staff account or the API client; `region_id` is where their rows live.
    """

    role: str
    subject_id: int
    region_id: int
    person_id: int | None = None
    institution_id: int | None = None
    session_id: int | None = None


NOBODY: Final = Caller(role=PUBLIC, subject_id=0, region_id=0)


def allow(*roles: str) -> Callable[[View], View]:
    """Declare the roles that may call a view; `PUBLIC` lets everyone in, known or not."""
    unknown = set(roles) - ROLES
    if unknown or not roles:
        raise ValueError(f"not roles: {sorted(unknown)}")

    def declare(view: View) -> View:
        view.allowed_roles = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return declare


def caller() -> Caller:
    """Return who makes the current request; NOBODY for someone who is not logged in."""
    return cast("Caller", g.get("caller", NOBODY))


def register_access(app: Flask, authenticate: Callable[[str], Caller | None], login_page: str = "/login") -> None:
    """Check every request against the view's declaration, and every cookie-borne write against forgery."""
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None)
    csrf.init_app(app)
    app.extensions["authenticate"] = authenticate
    app.extensions["login_page"] = login_page
    app.before_request(_check_access)


def _check_access() -> Response | None:
    asked, app = request_ctx.request, request_ctx.app  # every look through a proxy costs as much as a call
    if asked.endpoint is None:
        return None
    allowed = allowed_roles(app, asked.endpoint)
    token, from_cookie = _presented_token(asked)
    found = app.extensions["authenticate"](token) if token else None
    g.caller = who = found or NOBODY
    if from_cookie and found:
        csrf.protect()
    if PUBLIC in allowed or who.role in allowed:
        return None
    if found is None and allowed:
        if wants_page() and asked.method == "GET":
            return redirect(f"{app.extensions['login_page']}?next={asked.path}")
        raise Unauthenticated
    raise Forbidden


def allowed_roles(app: Flask, endpoint: str) -> frozenset[str]:
    """Return the roles that an endpoint declares; none for one that forgot."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return frozenset({PUBLIC})
    return cast("frozenset[str]", getattr(app.view_functions[endpoint], "allowed_roles", frozenset()))


def _presented_token(asked: Request) -> tuple[str, bool]:
    scheme, _, token = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip(), False
    return asked.cookies.get(COOKIE, ""), True


def own_institution_id() -> int:
    """Return the caller's institution; raises NotFound for someone who has none."""
    institution_id = caller().institution_id
    if institution_id is None:
        raise NotFound
    return institution_id
