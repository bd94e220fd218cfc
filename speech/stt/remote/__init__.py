"""Recognition on other machines (ADR 31): `server` answers there, `client` asks here over a `channel`."""
