"""A recogniser in a process of its own (ADR 20): `owner` starts it, `worker` is it, `wire` is what they say."""
