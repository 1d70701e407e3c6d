"""The ledger: facts that only grow, roll-ups folded from them, and seals that show every alteration."""
