"""Durable jobs as people see them: listed, cancelled, tried again."""
