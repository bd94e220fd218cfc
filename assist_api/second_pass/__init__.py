"""Second pass: after a call its recording is heard again, more carefully, beside what the agent saw."""
