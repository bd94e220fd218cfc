"""Metrics of the speech room."""

from __future__ import annotations

from kit.metrics import counter, gauge, latency

FINAL_LATENCY = latency(
    "tingzhi_speech_final_latency_seconds", "From the arrival of the chunk that ended a segment to its final text."
)
DECODE_TIME = latency("tingzhi_speech_decode_seconds", "One call of the recogniser.", ("purpose",))
ABANDONED_DECODES = counter(
    "tingzhi_speech_abandoned_decodes_total", "Decodes stopped because nobody wanted their text any more.", ("purpose",)
)
DECODE_QUEUE = gauge("tingzhi_speech_decode_queue_jobs", "Windows waiting for a worker.")
DROPPED_PARTIALS = counter("tingzhi_speech_dropped_partials_total", "Partials overtaken before a worker was free.")
DROPPED_CHUNKS = counter("tingzhi_speech_dropped_chunks_total", "Audio chunks lost to a full inbox.")
REJECTED_TEXTS = counter("tingzhi_speech_rejected_texts_total", "Texts that a guard did not believe.", ("reason",))
FAILED_DECODES = counter("tingzhi_speech_failed_decodes_total", "Segments left without text by a failing recogniser.")
WORKER_DEATHS = counter(
    "tingzhi_speech_worker_deaths_total", "Processes of the recogniser that died and were replaced."
)
WORKER_FAILURES = counter(
    "tingzhi_speech_worker_failures_total",
    "Times that a speech machine was away, full, too slow or refused.",
    ("reason",),
)
REMOTE_ANSWERS = counter(
    "tingzhi_speech_remote_answers_total", "Windows recognised where speech machines are set, by whom.", ("by",)
)
WORKER_CONNECTIONS = gauge("tingzhi_speech_worker_connections", "Connections of servers to this speech machine.")
VOICE_DEATHS = counter("tingzhi_speech_voice_deaths_total", "Programs of a voice that died or hung and were replaced.")
OPEN_LEGS = gauge("tingzhi_speech_open_legs", "Legs being transcribed.")
