"""Attendance: which sign-ins count, what persons decide about doubtful ones, and who completed at the close."""
