"""One Alembic history for every table of every room."""
