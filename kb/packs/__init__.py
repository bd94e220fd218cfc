"""Knowledge packs: their file format and their import."""
