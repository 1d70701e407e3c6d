"""A city to try the service in: the plan's own tables, invented institutions, and people who do not exist."""
