"""Uploaded tables: read from xlsx and csv, mapped, checked part by part, given back with the reason beside each row."""
