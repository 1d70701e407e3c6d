"""The key ring, the bytes of a voucher code, and their verification.

No database and no web: an institution's scanner, the service and the command line run the same code. Other stages use
`service` and `errors`; `commands` is mounted by the command line.
"""
