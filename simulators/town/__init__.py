"""The town: its ground, streets, houses, areas and walking ways. `simulators.city` joins them."""
