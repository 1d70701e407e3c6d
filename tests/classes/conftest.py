"""The city, loaded once for each module."""

from __future__ import annotations

from tests.demo.city import app, city, loaded, served_city

__all__ = ["app", "city", "loaded", "served_city"]
