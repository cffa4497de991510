"""Every message between the server and its clients: HTTP bodies and the live socket's JSON.

Owns shapes only. Keys are camelCase on the wire. Instants are ISO 8601 with offset, durations `S`
seconds, lengths `M` metres, shares 0-1, lon/lat degrees WGS-84. The console's TypeScript types are
generated from these modules.
"""
