"""Owns the proof that nothing acknowledged is lost: a real installation, traffic, and its faults."""
