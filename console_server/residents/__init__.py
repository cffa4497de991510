"""Residents report without an account, follow their report by its code, and rate what was done."""
