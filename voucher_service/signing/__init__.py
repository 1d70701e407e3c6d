"""The key ring, the bytes of a voucher code, and their verification.

No database and no web: an institution's scanner, the service and the command line run the same code. `key_ring` signs
and holds the secrets, `verification` judges, `picture` draws; `commands` is mounted by the command line.
"""
