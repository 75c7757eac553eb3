"""The devices that a command can be told to compute on."""

DEVICES = ("auto", "cpu", "cuda", "mps")
