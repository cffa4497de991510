"""Files of a customer into the store: all of a file or nothing, one path for all callers."""
