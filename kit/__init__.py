"""Shared, domain-free building blocks; knows no word of calls, speech or knowledge."""
