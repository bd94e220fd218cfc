"""Tools for the people who build the product; nothing here is needed to run it."""
