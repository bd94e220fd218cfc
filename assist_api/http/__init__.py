"""HTTP: what every endpoint shares, and nothing of any module."""
