"""Text to search terms: pure, the same for questions and documents, every term knows where it stands."""
