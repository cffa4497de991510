"""The data plane: every message at the MQTT boundary, from a handset to the store and the live feed."""
