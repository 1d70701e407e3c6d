"""`python -m voucher_service` is the command `voucher-service`."""

from __future__ import annotations

from voucher_service.cli import main

main()
