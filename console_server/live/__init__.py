"""What consoles and handsets are told at once: outbox, relays, the hub, the live socket."""
