"""Risk: lines that stand still until two persons have decided, from the holder's "I was not there" to the bureau's."""
