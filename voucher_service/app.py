"""Puts the house together. Nothing imports this module but the command line and the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voucher_service.accounts import routes as accounts_routes
from voucher_service.accounts import service as accounts
from voucher_service.attendance import routes as attendance_routes
from voucher_service.certificates import importing as certificates_importing
from voucher_service.certificates import routes as certificates_routes
from voucher_service.classes import routes as classes_routes
from voucher_service.clock import Clock, SystemClock, TrialClock
from voucher_service.database import db
from voucher_service.database.engine import engine_options
from voucher_service.database.hot_path import open_hot_path
from voucher_service.exams import importing as exams_importing
from voucher_service.exams import routes as exams_routes
from voucher_service.faces import (
    api_docs,
    bureau,
    counter,
    counter_phone,
    health,
    institution,
    ledger,
    ledger_api,
    objections,
    pages,
    problem_pages,
    rule_table,
    scan,
    scan_pages,
    scan_paper,
    session,
    trial,
    worker,
)
from voucher_service.holders import routes as holders_routes
from voucher_service.institutions import register_routes
from voucher_service.institutions import routes as institutions_routes
from voucher_service.objections import routes as objections_routes
from voucher_service.programmes import pack_routes
from voucher_service.programmes import routes as programmes_routes
from voucher_service.programmes import service as programmes
from voucher_service.redemptions import cancelling_routes
from voucher_service.redemptions import routes as redemptions_routes
from voucher_service.reports import routes as reports_routes
from voucher_service.risk import routes as risk_routes
from voucher_service.risk import ruling_routes
from voucher_service.roll_calls import routes as roll_calls_routes
from voucher_service.rosters import routes as rosters_routes
from voucher_service.scanning import routes as scanning_routes
from voucher_service.sheets import routes as sheets_routes
from voucher_service.sheets import service as sheets
from voucher_service.sign_ins import routes as sign_ins_routes
from voucher_service.signing import routes as signing_routes
from voucher_service.signing.chain import SeenChains
from voucher_service.signing.key_ring import KeyRing
from voucher_service.supervision import routes as supervision_routes
from voucher_service.supervision.adapters import HttpPlatform
from voucher_service.vouchers import assist_routes, phone_routes
from voucher_service.vouchers import routes as vouchers_routes
from voucher_service.web.access import register_access
from voucher_service.web.api import Api
from voucher_service.web.application import Service
from voucher_service.web.headers import register_headers
from voucher_service.web.problems import register_problems
from voucher_service.web.steady_time import register_steady_time
from voucher_service.web.uploads import register_uploads

if TYPE_CHECKING:
    from flask import Flask

    from voucher_service.settings import Settings

STAGES = (
    accounts_routes,
    holders_routes,
    institutions_routes,
    register_routes,
    programmes_routes,
    pack_routes,
    sheets_routes,
    classes_routes,
    vouchers_routes,
    assist_routes,
    phone_routes,
    redemptions_routes,
    objections_routes,
    cancelling_routes,
    rosters_routes,
    scanning_routes,
    roll_calls_routes,
    sign_ins_routes,
    attendance_routes,
    supervision_routes,
    exams_routes,
    certificates_routes,
    reports_routes,
    risk_routes,
    ruling_routes,
    signing_routes,
)
KINDS = {module.KIND: module.TABLE for module in (exams_importing, certificates_importing)}
"""Tables that can be uploaded about what stands on upper floors."""

BODY_BYTES_MAX = 256 * 1024


def create_app(settings: Settings, clock: Clock | None = None) -> Flask:
    """Return the WSGI application; reads nothing but its arguments and the files under `settings.data_dir`."""
    app = Service("voucher_service", template_folder="../templates", static_folder="static")
    app.config.update(
        SECRET_KEY=settings.secrets.session_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=BODY_BYTES_MAX,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=not settings.is_demo,
        API_TITLE="Training voucher service",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )
    db.init_app(app)
    clock = clock or _clock(settings)
    app.extensions.update(
        settings=settings,
        clock=clock,
        hot_path=open_hot_path(settings.database_url),
        key_ring=KeyRing(settings.data_dir, settings.key_passphrase, clock),
        seen_chains=SeenChains(),
        region_ids=programmes.region_ids,
    )
    if settings.online_platform_url:
        app.extensions["online_platform"] = HttpPlatform(settings.online_platform_url, settings.online_platform_token)
    register_headers(app)
    register_uploads(app)
    register_steady_time(app, except_blueprint=trial.blueprint.name)
    register_access(app, accounts.authenticate)
    app.jinja_env.globals["config_is_demo"] = lambda: settings.is_demo
    for name, kind in KINDS.items():
        sheets.declare(name, kind)
    _mount(app)
    register_problems(app)  # after the API library, which would answer HTTP errors in a shape of its own
    return app


def _clock(settings: Settings) -> Clock:
    return TrialClock(settings.data_dir / "trial-clock") if settings.is_demo else SystemClock()


def _mount(app: Flask) -> None:
    api = Api(app)
    for stage in (*STAGES, ledger_api):
        api.register_blueprint(stage.blueprint)
    for face in (
        api_docs,
        bureau,
        counter,
        counter_phone,
        health,
        institution,
        ledger,
        objections,
        pages,
        problem_pages,
        rule_table,
        scan,
        scan_pages,
        scan_paper,
        session,
        worker,
    ):
        app.register_blueprint(face.blueprint)
    if app.extensions["settings"].is_demo:
        app.register_blueprint(trial.blueprint)
    api_docs.serve_document(app, api)
