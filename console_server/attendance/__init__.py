"""Attendance: what a day of fixes proves of presence in the own grid, and what it does not."""
