"""One file per format: bytes in, `Document` out. Readers run in the process of `kb.ingest.worker`."""
