"""Metrics of the knowledge base and its search."""

from kit.metrics import counter, gauge, latency

SEARCH_SECONDS = latency("kb_search_seconds", "Time inside one search", ("state",))
SEARCH_STAGE_FAILURES = counter(
    "kb_search_stage_failures_total", "Search stages that failed and were left out", ("stage",)
)
DOCUMENTS = gauge("kb_search_documents", "Documents in the search index")
VECTOR_SHARE_RATIO = gauge("kb_search_vector_share_ratio", "Share of documents whose vectors are there")
INDEXED_CHANGES = counter("kb_indexed_changes_total", "Changes taken into the search index")
EMBEDDED_PASSAGES = counter("kb_embedded_passages_total", "Passages embedded in the background")
SEARCH_SERVER_FAILURES = counter(
    "kb_search_server_failures_total", "Requests that the search server did not answer as hoped", ("category",)
)
SEARCH_SERVER_IS_AWAY = gauge("kb_search_server_is_away", "1 while searches are answered by the local copy")
