"""Supervision: inspections and the head-count that caps the payment, recordings, online lessons, satisfaction."""
