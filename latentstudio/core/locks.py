"""Locks: a file that one process holds at a time; the system drops the hold with the process."""

import sys

if sys.platform == "win32":
    import msvcrt

    def try_lock(handle: int) -> None:
        """Hold an open file.

        Raises:
            OSError: another process holds it, or the file system knows no locks.
        """
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def try_lock(handle: int) -> None:
        """Hold an open file.

        Raises:
            OSError: another process holds it, or the file system knows no locks.
        """
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
