"""Dispatches: workers sent to incidents, their progress, and who would be the best to send."""
