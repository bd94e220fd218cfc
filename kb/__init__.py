"""Knowledge base: entries, categories, cases, search and classification."""
