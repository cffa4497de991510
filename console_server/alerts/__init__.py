"""Alerts that raise and end themselves: handsets on duty that fell silent."""
