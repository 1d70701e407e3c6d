"""Reports: read everything, write nothing, and say by which definition they counted."""

from __future__ import annotations

from voucher_service.reports import reconciliation, rows_and_facts

__all__ = ["reconciliation", "rows_and_facts"]
