"""Knowledge entries: their revisions, texts, review and category tree."""
