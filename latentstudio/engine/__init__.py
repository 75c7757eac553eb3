"""The compute thread: renders recipes and runs jobs."""
