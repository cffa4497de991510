"""Places that a patrol must touch."""
