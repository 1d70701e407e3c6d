"""The API library's register of routes, without the description that hardly any process is ever asked for."""

from __future__ import annotations

from typing import Any

import flask_smorest


class Api(flask_smorest.Api):  # type: ignore[misc]
    """Describes its routes when `document` is asked for; the library would do so at each start."""

    def init_app(self, app: Any, **options: Any) -> None:
        self._undescribed: list[flask_smorest.Blueprint] = []
        super().init_app(app, **options)

    def register_blueprint(self, blueprint: flask_smorest.Blueprint) -> None:
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint)
        self._undescribed.append(blueprint)

    def document(self) -> Any:
        """Return the OpenAPI document of all routes that were registered; for one thread at a time."""
        while self._undescribed:
            blueprint = self._undescribed.pop(0)
            blueprint.register_views_in_doc(self, self._app, self.spec, name=blueprint.name, parameters=None)
            self.spec.tag({"name": blueprint.name, "description": blueprint.description})
        return self.spec.to_dict()
