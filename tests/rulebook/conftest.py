"""The whole service and its city, once for each module and engine."""

from __future__ import annotations

from tests.journey.town import lasting_town, town

__all__ = ["lasting_town", "town"]
