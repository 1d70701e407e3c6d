"""A year of the city played through the HTTP API: people, schools and offices that only know the network."""
