"""Who may enter: staff with two factors, institutions' systems with a secret, and everybody's sessions."""
