"""Sign-ins: each record that somebody was present at a session, as it came, with what speaks against it."""
