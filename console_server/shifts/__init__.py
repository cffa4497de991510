"""Planned duty periods."""
