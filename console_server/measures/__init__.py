"""Measures: how well cases are dealt with over a period, and where more come than usual."""
