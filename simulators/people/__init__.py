"""The people: who they are, when they are on duty, how they spend a day. No clock, no socket."""
