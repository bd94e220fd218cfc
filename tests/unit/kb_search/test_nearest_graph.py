from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from kb.search.stores.embedded.graph import NearestGraph

pytestmark = pytest.mark.unit

COUNT, DIMENSIONS, WANTED = 5_000, 64, 100


def test_nearly_all_of_the_nearest_are_found() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(COUNT, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    graph = NearestGraph(np.arange(COUNT), vectors.astype(np.float16), None)
    shares = []
    for question in vectors[:20] + vectors[20:40]:
        found, _ = graph.nearest(question, WANTED)
        nearest = np.argsort(-(vectors @ question))[:WANTED]
        shares.append(len(np.intersect1d(found, nearest)) / WANTED)
    assert np.mean(shares) > 0.97


def test_the_graph_may_be_loaded_before_the_models() -> None:
    """In the other order of these two libraries the process dies of a segmentation fault."""
    order = "import kb.search.stores.embedded.graph, onnxruntime"
    assert subprocess.run([sys.executable, "-c", order], timeout=60, check=False).returncode == 0
