"""Tracks: where a worker was, for those who may ask, and who asked."""
