"""Attendance: who was present at which session, and who completed the training."""
