"""Waiting callers: what they hear in a queue beside the music."""
