"""Telephone calls: what the exchange tells becomes calls with states, words and cards."""
