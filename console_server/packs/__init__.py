"""Rule packs: what differs between deployments, as versioned data that the code only reads."""
