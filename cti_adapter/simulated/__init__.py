"""A simulated exchange that speaks AMI and AudioSocket, for development and tests without Asterisk."""
