"""The calls that come with the product."""
