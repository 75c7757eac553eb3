"""The judges: one metric, one file; engine jobs, the commands and the trainers call them."""
