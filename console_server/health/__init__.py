"""Is the whole well? Each part by itself, and the path through all of them by a loopback fix."""
