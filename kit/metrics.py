"""Declares Prometheus metrics; each room has one `metrics.py` built on these helpers.

Names end in a unit. Labels are listed at declaration and never hold a call, an agent or personal data.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
LATENCY_BUCKETS_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0)


def counter(name: str, text: str, labels: tuple[str, ...] = ()) -> Counter:
    """Declare a counter."""
    return Counter(name, text, labels, registry=REGISTRY)


def gauge(name: str, text: str, labels: tuple[str, ...] = ()) -> Gauge:
    """Declare a gauge."""
    return Gauge(name, text, labels, registry=REGISTRY)


def latency(name: str, text: str, labels: tuple[str, ...] = ()) -> Histogram:
    """Declare a latency histogram in seconds."""
    return Histogram(name, text, labels, buckets=LATENCY_BUCKETS_SECONDS, registry=REGISTRY)
