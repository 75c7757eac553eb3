"""Writes an .mp4 frame by frame through ffmpeg; the film is whole or it is not there."""

import contextlib
import errno
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_file
from latentstudio.engine.messages import Pixels

_INSTALL = 'Run: pip install "latentstudio[video]", or choose .gif or .webp.'


@contextlib.contextmanager
def film(out: Path, side: int, fps: int) -> Iterator[Callable[[Pixels], None]]:
    """Yield a function that appends a frame, uint8 RGB [side, side, 3]; leaving it ends the film.

    Raises:
        StudioError: no ffmpeg, or it fails, for example on a full disk; ``out`` is as before.
    """
    program = _ffmpeg()
    with atomic_file(out) as temporary, tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [program, *_arguments(temporary, side, fps)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,  # Ctrl-C is for the studio, which then ends ffmpeg
        )
        assert process.stdin is not None
        frames = process.stdin
        try:
            yield lambda pixels: _append(process, frames, pixels, out, said)
            _finish(process, out, said)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            with contextlib.suppress(OSError):
                frames.close()


def _ffmpeg() -> str:
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except ImportError as error:
        raise StudioError(
            "Cannot write .mp4", "the video extra is not installed", _INSTALL
        ) from error
    except RuntimeError as error:  # its word for a platform that it brings no program for
        raise StudioError("Cannot write .mp4", "there is no ffmpeg here", _INSTALL) from error


def _arguments(out: Path, side: int, fps: int) -> list[str]:
    raw = f"-f rawvideo -pix_fmt rgb24 -s {side}x{side} -r {fps} -i -"
    # Near-lossless; 4:2:0 so that every player opens it, which needs an even side.
    coded = "-vf pad=ceil(iw/2)*2:ceil(ih/2)*2 -c:v libx264 -crf 12 -pix_fmt yuv420p"
    return [*f"-y -loglevel error {raw} {coded} -movflags +faststart".split(), str(out)]


def _append(
    process: subprocess.Popen[bytes], frames: IO[bytes], pixels: Pixels, out: Path, said: IO[bytes]
) -> None:
    try:
        frames.write(pixels.tobytes())
        frames.flush()
    except BrokenPipeError:
        _finish(process, out, said)


def _finish(process: subprocess.Popen[bytes], out: Path, said: IO[bytes]) -> None:
    """Let ffmpeg end; it must have written everything."""
    with contextlib.suppress(OSError):
        process.communicate()
    if process.returncode == 0:
        return
    said.seek(0)
    words = said.read().decode(errors="replace")
    if "No space left" in words:
        raise OSError(errno.ENOSPC, "No space left on device")
    reason = words.strip().splitlines()[-1][-200:] if words.strip() else "it gave no reason"
    raise StudioError(f"Could not write {out.name}", f"ffmpeg: {reason}", "Try .gif or .webp.")
