"""The default store: rows and vectors in SQLite, terms in tantivy, nearest vectors by numpy or usearch."""
