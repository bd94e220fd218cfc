"""`make bench`: how fast and how good, beside the naive way, in one run on one machine."""
