"""Training generators: data, losses, the loop, one file per family."""
