"""Zips and .npy arrays of unknown origin, read within limits and never unpacked to disk."""

import io
import re
import stat
import struct
import zipfile
import zlib

import numpy as np
import numpy.typing as npt

from latentstudio.core.untrusted import InputError, kind_of

MAX_MEMBERS = 20_000
MAX_UNPACKED_BYTES = 256 * 2**20
_FREE_BYTES = 32 * 2**20  # below this no ratio is suspicious: histories repeat themselves
_MAX_RATIO = 4  # beyond it: arrays and pictures hardly shrink

_MEMBER_MARK = b"PK\1\2"  # every entry of a zip's directory begins with it
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 1  # of the flag bits
_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    OverflowError,
)
# The one header that numpy writes for such an array: version 1.0, padded with spaces to a newline.
_HEADER = re.compile(
    rb"\{'descr': '<f4', 'fortran_order': False, 'shape': \((\d{1,7}),(?: (\d{1,7}))?\), \} *\n"
)


class Archive:
    """The members of a zip, read by exact name and within limits; nothing is ever unpacked.

    Args:
        data: the bytes of the file.
        what: the kind of file that it should be, for messages: ``a session``.

    Raises:
        InputError: no zip, damaged, or claiming more than it can hold.
    """

    def __init__(self, data: bytes, what: str) -> None:
        self._what = what
        if not data.startswith(b"PK"):
            raise InputError(f"it is not {what} but {kind_of(data)}")
        if data.count(_MEMBER_MARK) > MAX_MEMBERS:  # before each of them costs memory
            raise InputError(f"it claims to hold more than {what} can")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _ERRORS as error:
            raise InputError("the file is damaged or cut short") from error
        claimed = sum(member.file_size for member in self._zip.infolist())
        if claimed > MAX_UNPACKED_BYTES:
            raise InputError(f"it claims to hold more than {what} can")
        if claimed > _FREE_BYTES + _MAX_RATIO * len(data):
            raise InputError("it claims to hold far more than its size allows")
        if len(self._zip.infolist()) != len(self._zip.NameToInfo):
            raise InputError("it holds two members of one name")
        if any(_leads_out(member) for member in self._zip.infolist()):
            raise InputError("it holds a link or a path that leads out of it")

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of a member of at most ``limit`` bytes; errors are ``InputError``."""
        if name not in self:
            raise InputError(f"it holds no {name}, which belongs to {self._what}")
        member = self._zip.getinfo(name)
        if member.file_size > limit:
            raise InputError(f"{name} is larger than {limit // 1024} KB")
        if member.compress_type not in _METHODS or member.flag_bits & _ENCRYPTED:
            raise InputError(f"{name} is packed in a way that {self._what} does not use")
        try:
            with self._zip.open(member) as file:
                return file.read(limit)
        except _ERRORS as error:
            raise InputError(f"{name} is damaged") from error


def _leads_out(member: zipfile.ZipInfo) -> bool:
    """Nothing is ever unpacked; a file that would do harm elsewhere is refused all the same."""
    parts = member.filename.replace("\\", "/").split("/")
    return (
        parts[0] == ""
        or ":" in parts[0]
        or ".." in parts
        or stat.S_ISLNK(member.external_attr >> 16)
    )


def add_member(
    archive: zipfile.ZipFile, name: str, data: bytes, method: int = zipfile.ZIP_STORED
) -> None:
    """Append a member that is dated 1980, so that equal contents are equal files."""
    member = zipfile.ZipInfo(name)
    member.external_attr = 0o644 << 16
    archive.writestr(member, data, method)


def npy_bytes(array: npt.NDArray[np.float32]) -> bytes:
    """An array of one or two axes as a .npy file of little-endian float32 numbers."""
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array, "<f4"), allow_pickle=False)
    return buffer.getvalue()


def parse_npy(data: bytes, name: str) -> tuple[tuple[int, ...], bytes]:
    """The claimed shape and the bytes of the numbers of ``npy_bytes``.

    The header is matched, not evaluated: any other type, order or version is refused.

    Raises:
        InputError: the data is not such a file; whether shape and bytes agree is not checked.
    """
    if data[:8] != b"\x93NUMPY\1\0" or len(data) < 10:
        raise InputError(f"{name} is not a NumPy array")
    start = 10 + int.from_bytes(data[8:10], "little")
    match = _HEADER.fullmatch(data[10:start])
    if match is None:
        raise InputError(f"{name} is not a plain array of float32 numbers")
    return tuple(int(side) for side in match.groups() if side is not None), data[start:]
