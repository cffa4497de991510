"""Synthetic handset fleets: outsiders that use the public MQTT topics and HTTP API only."""
