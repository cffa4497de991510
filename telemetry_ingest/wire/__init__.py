"""Every message that crosses the telemetry boundary; the only part other packages may import."""
