"""Telephone exchange in, call facts out: the only room that knows Asterisk.

Other rooms see `cti_adapter.adapter` (the facade), `cti_adapter.events` and `cti_adapter.commands`; they speak of
calls, legs, queues and agents.
"""
