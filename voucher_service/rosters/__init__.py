"""Rosters: who is expected in a class, every row checked against every person rule, and vouchers offered to them."""
