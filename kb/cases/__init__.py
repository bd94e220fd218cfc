"""What many cases tell together: which helped, which are alike, how often a solution worked. Pure."""
