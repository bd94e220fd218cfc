"""Filing: what stands under which situation of the taxonomy, and finding a situation by name."""
