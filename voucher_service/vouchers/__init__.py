"""Vouchers: claimed by a willing and eligible holder, returned, voided, expired; and the live code that shows one."""
