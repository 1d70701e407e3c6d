"""What every HTTP face shares: problems, access, idempotency, paging, headers, strict JSON."""
