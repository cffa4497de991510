"""The street network that people walk on: how long it takes to get from one place to another."""
