"""The electronic training-voucher ledger of a city, from claim to counted certificate."""
