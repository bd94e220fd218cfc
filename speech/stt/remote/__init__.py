"""Recognition on other machines (ADR 30): `server` answers there, `client` asks here over a `channel`."""
