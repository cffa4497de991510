"""The parts Gridbeat starts itself when none are configured: PostgreSQL, NATS, Valkey."""
