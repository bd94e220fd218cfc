"""Documents become entries: read in a process of their own, taken apart, previewed, published file by file."""
