"""Test telephones that call in and answer over SIP."""
