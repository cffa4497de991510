"""The data plane: handset messages from the MQTT boundary to the store and the live feed."""
