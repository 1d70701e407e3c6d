"""Real-name people: the only code that sees a name, an ID number or a phone."""
