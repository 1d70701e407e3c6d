"""Objections and complaints of workers: filed with a receipt, answered by the bureau, told to the person."""
