"""Photos of cases: decoded, made anew without anything but the picture, kept in the store."""
