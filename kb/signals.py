"""Topics of the outbox that tell of changes of the knowledge base."""

KNOWLEDGE_CHANGED = "knowledge.changed"
"""Entries or cases: the index log has new lines."""
WORDS_CHANGED = "words.changed"
TAXONOMY_CHANGED = "taxonomy.changed"
