"""Exams: filed days ahead for classes that have ended, and each trainee's result."""
