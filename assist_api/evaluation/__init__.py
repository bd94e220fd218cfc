"""Measures the product on labelled data: calls, spoken questions, and the tables that show the results."""
