"""Who may train: institutions, what they are licensed to teach, and who is barred."""
