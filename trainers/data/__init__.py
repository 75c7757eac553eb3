"""Data for training: drawn faces, folders and zips, the memory-mapped cache."""
