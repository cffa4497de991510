"""Owns the proof that nothing acknowledged is lost: an installation, its traffic, its faults."""
