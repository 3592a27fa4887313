"""Alembic migrations, shipped inside the package; each fits the program that comes with it."""
