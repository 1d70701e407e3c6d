"""Scanning devices at work: what they may know, whom a code stands for, and what they saw while off line.

A room of its own above redemptions, because the scanner's pages need it and rooms see only each other's service.
"""
