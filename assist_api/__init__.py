"""Business platform and composition root; the only FastAPI code."""

import os

# Read by OpenBLAS when numpy is first imported, hence here. Its threads spin for some 30 ms after every product of
# vectors, on the core that speech needs; one thread is as fast at our sizes and halves the CPU time of a search.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
