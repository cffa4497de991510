"""Replay: any past period of a whole area on one clock, from the stored record."""
