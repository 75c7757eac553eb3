"""Demo mode: a window for visitors of a stand, with large controls and no way to get lost."""
