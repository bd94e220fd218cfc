"""Where a running call takes its audio from: a recording, or the taps of a telephone exchange."""
