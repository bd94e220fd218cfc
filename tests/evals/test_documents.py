"""Articles of real laws are found by number; a few documents in CI, every one with `TINGZHI_ALL_LAWS=1`."""
