"""The question: its analysis, synonyms, mended and alternative readings."""
