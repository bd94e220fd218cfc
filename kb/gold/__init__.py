"""Knowledge tests: gold questions of entries, and what a change of the knowledge does to them."""
