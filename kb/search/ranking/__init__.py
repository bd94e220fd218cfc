"""Ranking: features of question and candidate, the model over them, its versions and fits."""
