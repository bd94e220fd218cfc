"""The Asterisk that Tingzhi brings: its packages, its configuration and its process."""
