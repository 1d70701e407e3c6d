"""Certificates: what turns a voucher into money, once a second pair of eyes has verified it."""
