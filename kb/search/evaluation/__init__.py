"""Evaluation of search and of its confidences."""
