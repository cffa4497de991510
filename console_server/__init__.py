"""The control plane: areas, workers, shifts, incidents, dispatches, attendance and access."""
