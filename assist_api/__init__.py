"""Business platform and composition root; the only FastAPI code."""
