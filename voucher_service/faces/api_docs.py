"""/api/docs and /api/openapi.json: the API described, for machines and for people."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template

from voucher_service.faces.api_document import completed
from voucher_service.web.access import PUBLIC, allow

if TYPE_CHECKING:
    from flask import Flask

    from voucher_service.web.api import Api

blueprint = Blueprint("api_docs_page", __name__)


def serve_document(app: Flask, api: Api) -> None:
    """Let the library's address answer with the completed document; it is made when it is first asked for."""
    held: list[str] = []
    making = threading.Lock()

    @allow(PUBLIC)
    def show_document() -> Response:
        with making:  # it is completed in place, so whoever asks meanwhile must not complete it once more
            if not held:
                document = completed(api.document(), app)
                held.append(json.dumps(document, ensure_ascii=False, indent=1))
        return Response(held[0], mimetype="application/json")

    app.view_functions["api-docs.openapi_json"] = show_document


@blueprint.get("/api/docs")
@allow(PUBLIC)
def show_docs() -> str:
    """Show the API as a page to read and to try out."""
    return render_template("api_docs.html")
