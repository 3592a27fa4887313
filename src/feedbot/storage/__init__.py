"""The only door to the database: tables, queries and migrations, the same for SQLite and PostgreSQL."""
