"""The database schema: forward-only migrations, and the same thing whole in `schema.sql`."""
