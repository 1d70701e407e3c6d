"""What the scanner's page lives on besides its forms: who is logged in, this device, and what makes it an application.

The shell, the worker and the manifest hold nobody's data, so that a browser may keep them; everything else under /scan
is never kept.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from voucher_service.classes import service as classes
from voucher_service.database import db, unit_of_work
from voucher_service.errors import Refusal
from voucher_service.faces import display, forms, scan_words, wording
from voucher_service.identifiers import to_hex
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.scanning import service as scanning
from voucher_service.web.access import INSTITUTION, INSTITUTION_ADMIN, PUBLIC, allow, caller, own_institution_id

blueprint = Blueprint("scan_pages", __name__, url_prefix="/scan")

CLASSES_MAX = 200
OPEN = ("approved", "in_session")
SHELLS = ("/scan/shell", "/scan/shell/en")
"""The empty page in Chinese and in English; the worker opens the one that was read last."""
SHELL_FILES = (
    *("styles/service.css", "styles/scanner.css", "scripts/scanner.js", "scripts/scanner-log.js"),
    "scripts/scanner-leave.js",
    *("scripts/scanner-net.js", "scripts/scanner-reader.js", "scripts/scanner-words.js", "scripts/tvq1.js"),
    *("scripts/scanner-icon.svg", "vendor/jsqr-1.4.0/jsQR.js", "vendor/zxing-wasm-3.1.4/es/reader/index.js"),
    "vendor/noble-ed25519-2.3.0/index.js",
    *("vendor/zxing-wasm-3.1.4/es/share.js", "vendor/zxing-wasm-3.1.4/reader/zxing_reader.wasm"),
)
"""What the scanner needs to open without a net."""


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {
        "scan_words": scan_words.words,
        "leaving_words": scan_words.leaving_words,
        "name_of_reason": scan_words.name_of,
    }


@blueprint.get("/standing")
@allow(*INSTITUTION)
def show_standing() -> dict[str, Any]:
    """Tell the scanner's page who is logged in, where they may scan, and the proof that a request is the page's."""
    open_classes = db.session.scalars(classes.visible_to(caller()).limit(CLASSES_MAX))
    occupations = programmes.occupations()
    return {
        "clerk": to_hex(caller().subject_id),
        "institution": to_hex(own_institution_id()),
        "proof": generate_csrf(),
        "server_time": forms.now().isoformat(),
        "classes": [
            {"class_id": to_hex(found.class_id), "title": _title(found, occupations)}
            for found in open_classes
            if found.state in OPEN
        ],
    }


def _title(training_class: Any, occupations: dict[str, Any]) -> str:
    """Name a class in the language of whoever asks, as its own page does."""
    known = occupations.get(training_class.occupation_code)
    name = training_class.occupation_code if known is None else known.name_en if display.reads_english() else known.name
    level = gettext(wording.LEVELS.get(training_class.level, training_class.level)) if training_class.level else ""
    return " · ".join(part for part in (name, level, str(training_class.starts_on)) if part)


@blueprint.get("/shell")
@allow(PUBLIC)
def show_shell() -> str:
    """Show the scanner without a class and without anybody: what opens when there is no net."""
    return _shell("zh_CN")


@blueprint.get("/shell/en")
@allow(PUBLIC)
def show_english_shell() -> str:
    return _shell("en")


def _shell(locale: str) -> str:
    """Render the empty page in a language of its own, whoever asks: a browser keeps both."""
    is_english = locale == "en"
    with force_locale(locale):
        return render_template("scan/shell.html", english=is_english, language="en" if is_english else "zh-CN")


@blueprint.get("/worker.js")
@allow(PUBLIC)
def show_worker() -> Response:
    """Serve the service worker from here, because it may only look after pages below its own place."""
    folder = Path(current_app.static_folder or "")
    shell = {"version": _version(folder, show_shell() + show_english_shell()), "files": [*SHELLS, *_addresses()]}
    program = (folder / "scripts" / "scanner-worker.js").read_text(encoding="utf-8")
    return Response(f"self.SHELL = {json.dumps(shell)};\n{program}", mimetype="text/javascript")


def _addresses() -> list[str]:
    return [url_for("static", filename=name) for name in SHELL_FILES]


@cache
def _version(folder: Path, shell: str) -> str:
    """Name the shell by what is in it, so that a new release is a new cache."""
    digest = hashlib.sha256(shell.encode())
    for name in SHELL_FILES:
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:16]


@blueprint.get("/manifest.webmanifest")
@allow(PUBLIC)
def show_manifest() -> Response:
    """Describe the scanner to a phone that puts it on its home screen."""
    manifest = {
        "name": "培训券扫码",
        "short_name": "扫码",
        "lang": "zh-CN",
        "start_url": "/scan/",
        "scope": "/scan/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0b5c43",
        "icons": [
            {
                "src": url_for("static", filename="scripts/scanner-icon.svg"),
                "sizes": "any",
                "type": "image/svg+xml",
                "purpose": "any maskable",
            }
        ],
    }
    return Response(json.dumps(manifest, ensure_ascii=False), mimetype="application/manifest+json")


@blueprint.get("/devices")
@allow(*INSTITUTION)
def list_devices() -> str:
    return _devices_page()


@blueprint.post("/devices/<string(length=16):device>/revoke")
@allow(INSTITUTION_ADMIN)
def revoke_device(device: str) -> ResponseReturnValue:
    """Stop a device that was lost or is no longer used."""
    try:
        with unit_of_work():
            institution = institutions.get(caller().region_id, own_institution_id())
            reason = forms.line("reason", 200)
            institutions.revoke_device(institution, forms.identifier(device), reason, caller(), forms.now())
    except Refusal as refusal:
        return _devices_page(refusal), refusal.status
    return redirect(url_for("scan_pages.list_devices"), forms.SEE_OTHER)


def _devices_page(refusal: Refusal | None = None) -> str:
    institution = institutions.get(caller().region_id, own_institution_id())
    recent = db.session.scalars(scanning.visible_to(caller()).limit(CLASSES_MAX)).all()
    devices = institutions.devices_of(institution)
    return render_template(
        "scan/devices.html",
        refusal=refusal,
        devices=devices,
        scans=recent,
        names={device.device_id: device.name for device in devices},
        missing={device.device_id: scanning.missing_from(device.device_id, caller()) for device in devices},
        may_enrol=caller().role == INSTITUTION_ADMIN,
    )
