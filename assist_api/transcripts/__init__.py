"""Transcripts: what was said on each leg of a call, and the recogniser that writes it down."""
