"""What a handset is made of: credentials, fixes, what it still has to say, its MQTT session."""
