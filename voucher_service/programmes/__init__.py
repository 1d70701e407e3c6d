"""What the city offers: dated programmes, each region's share, the budget, subsidy standards and rule packs."""
