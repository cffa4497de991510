"""Incidents: what happened, its statuses, its case file, and how it comes in."""
