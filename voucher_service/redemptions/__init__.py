"""Redemptions: a scanned code spends a voucher on one seat of one class, or is refused with its reason."""
