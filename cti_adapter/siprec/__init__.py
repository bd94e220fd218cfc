"""Listens to the calls of an exchange that sends their audio by SIPREC (RFC 7866), as a second source of live audio."""
