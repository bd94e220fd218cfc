"""Routing: numbers, queues, rules and hours as data; where a call goes and why; the configuration of the exchange."""
