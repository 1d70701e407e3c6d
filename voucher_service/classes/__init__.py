"""Training classes: planning, the check against every rule, two departments' opinions, sessions and states."""
