"""The OpenAPI document is valid and names every route of the API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from openapi_spec_validator import OpenAPIV31SpecValidator

if TYPE_CHECKING:
    from tests.journey.city import Town

TRIAL = "/api/v1/trial/"
"""What only the demonstration has is no part of the API."""


def test_the_document_is_valid_openapi(town: Town) -> None:
    document = town.client().get("/api/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_the_document_names_every_route_of_the_api(town: Town) -> None:
    documented = set(town.client().get("/api/openapi.json").get_json()["paths"])
    served = {
        re.sub(r"<(?:[^:>]*:)?(\w+)>", r"{\1}", rule.rule)
        for rule in town.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1") and not rule.rule.startswith(TRIAL)
    }
    assert served == documented
