"""What the user is making: plain Python and numpy, no torch, no Qt."""
