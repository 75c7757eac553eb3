"""Hostile sessions: each is refused in a sentence, at once and within little memory."""

import json
import os
import stat
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latentstudio.core.archive import npy_bytes
from latentstudio.core.errors import StudioError
from latentstudio.core.session import Session, parse_session
from tests.core.test_session import SESSION, edited, packed, unpacked
from tests.core.test_session import WHOLE as WHOLE_BYTES

Make = Callable[[Path], None]

MEMORY_MB = 200
SECONDS = 3.0  # of the processor; idle machines need less than one

# Opens every file of a folder with at most so much more memory than the program itself takes.
OPEN_ALL = """
import json, resource, sys, time
from pathlib import Path
import numpy, PIL.PngImagePlugin
from latentstudio.core.errors import StudioError
from latentstudio.core.session import Session, load_session, session_bytes
from latentstudio.core.document import State

session_bytes(Session((("", State()),)))  # everything that is needed is loaded by now
pages = int(Path("/proc/self/statm").read_text().split()[0])
limit = pages * resource.getpagesize() + int(sys.argv[2]) * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
answers = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    begun = time.process_time()
    try:
        load_session(path)
        said = "opened"
    except StudioError as error:
        said = str(error)
    except BaseException as error:
        said = f"CRASH {error!r:.300}"
    answers[path.stem] = (said, time.process_time() - begun)
print(json.dumps(answers))
"""


@cache
def png(wide: int, high: int, *, rgb: bool = True) -> bytes:
    """A whole black picture of any size, made without its pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4)

    packer = zlib.compressobj()
    row = bytes(1 + wide * (3 if rgb else 1))
    body = b"".join(packer.compress(row) for _ in range(high)) + packer.flush()
    sides = wide.to_bytes(4, "big") + high.to_bytes(4, "big")
    head = chunk(b"IHDR", sides + bytes([8, 2 if rgb else 0, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def of_json(text: bytes) -> bytes:
    return packed({"session.json": text})


def with_pictures(pictures: dict[str, bytes], rows: int = 1) -> bytes:
    """Works that name pictures, in turn."""
    names = list(pictures)
    works = [{"picture": {"png": names[i % len(names)], "name": str(i)}} for i in range(rows)]
    data = {"format_version": 1, "works": works, "history": [{"recipe": {}, "work": 0}]}
    return packed({"session.json": json.dumps(data).encode(), **pictures})


def with_links() -> bytes:
    link = zipfile.ZipInfo("arrays/0000.npy")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return _with_member(link, b"/etc/passwd")


def twice() -> bytes:
    return _with_member(zipfile.ZipInfo("session.json"), b"{}")


def _with_member(member: zipfile.ZipInfo, data: bytes) -> bytes:
    import io
    import warnings

    buffer = io.BytesIO(WHOLE_BYTES)
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(member, data)
    return buffer.getvalue()


def nested(depth: int) -> bytes:
    mask = "pictures/0000.png"
    recipe: dict[str, Any] = {}
    for _ in range(depth):
        recipe = {"paste": {"mask": mask, "face": recipe}}
    data = {"format_version": 1, "history": [{"recipe": recipe}]}
    return packed({"session.json": json.dumps(data).encode(), mask: png(4, 4, rgb=False)})


def many_arrays() -> bytes:
    zeros = npy_bytes(np.ones((256, 512), np.float32))
    names = [f"arrays/{i:04d}.npy" for i in range(400)]
    anchors = [{"space": "w+", "array": name} for name in names]
    state = {"format_version": 1, "history": [{"recipe": {"anchors": anchors}}]}
    return packed({"session.json": json.dumps(state).encode()} | dict.fromkeys(names, zeros))


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"PK\3\4")
        file.truncate(600 * 2**20)


def many_entries() -> bytes:
    return b"PK\3\4" + (b"PK\1\2" + bytes(42)) * 400_000


START = b'{"format_version": 1, "history": ['
SMALL = {f"pictures/{i:04d}.png": png(2048, 2048) for i in range(1)}
FILES: dict[str, tuple[bytes | Make, str]] = {
    "ten million values": (of_json(START + b"{}," * 10_000_000 + b"{}]}"), "far too many values"),
    "ten million numbers": (of_json(START + b"1," * 10_000_000 + b"1]}"), "far too many values"),
    "ten million entries": (sparse, "larger than 256 MB"),
    "entries": (many_entries(), "claims to hold more"),
    "bomb": (packed({"session.json": bytes(200 * 2**20)}), "far more than its size"),
    "bomb of arrays": (many_arrays(), "far more than its size"),
    "deep": (of_json(b"[" * 500_000), "not JSON"),
    "long number": (of_json(START + b'{"recipe": {"blend": ' + b"9" * 10**6 + b"}}]}"), "not JSON"),
    "picture of 2.5 billion": (
        with_pictures({"pictures/0000.png": png(4, 4)[:16] + b"\0\0\xc3\x50" * 2 + bytes(99)}),
        "too many pixels",
    ),
    "large picture": (with_pictures({"pictures/0000.png": png(8192, 8192)}), "claims far more"),
    "many pictures": (
        with_pictures({f"pictures/{i:04d}.png": png(2048, 2048) for i in range(40)}, 40),
        "claims far more pixels",
    ),
    "half a picture": (
        with_pictures({"pictures/0000.png": png(2048, 2048)[:5000]}),
        "damaged, or no PNG",
    ),
    "pictures by address": (
        with_pictures({"https://example.org/a.png": b""}),
        "leads out of it",
    ),
    "pictures of other names": (with_pictures({"a.png": b""}), "does not name a picture"),
    "path outside": (packed({**unpacked(WHOLE_BYTES), "../../.bashrc": b"x"}), "leads out of it"),
    "path of windows": (packed({**unpacked(WHOLE_BYTES), "..\\a": b"x"}), "leads out of it"),
    "drive": (packed({**unpacked(WHOLE_BYTES), "C:/a": b"x"}), "leads out of it"),
    "absolute": (packed({**unpacked(WHOLE_BYTES), "/tmp/a": b"x"}), "leads out of it"),
    "links": (with_links(), "two members|leads out of it"),
    "twice": (twice(), "two members of one name"),
    "nested recipes": (nested(3), "a picture in a picture"),
    "deeply nested recipes": (nested(200), "a picture in a picture"),
    "infinity": (edited(history=[{"recipe": {"truncation": {"psi": 1e300 * 1e300}}}]), "not JSON"),
    "newer": (edited(format_version=10**5), "newer Latent Studio"),
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, float]]:
    """What is said of every file, and the seconds that it took."""
    if sys.platform != "linux":
        pytest.skip("the memory of a process is limited on Linux only")
    folder = tmp_path_factory.mktemp("hostile")
    for name, (made, _) in FILES.items():
        path = folder / f"{name}.latent"
        made(path) if callable(made) else path.write_bytes(made)
    before = sorted(os.listdir(folder))
    command = [sys.executable, "-c", OPEN_ALL, str(folder), str(MEMORY_MB)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert sorted(os.listdir(folder)) == before
    found: dict[str, tuple[str, float]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", FILES)
def test_it_is_refused_in_words(answers: dict[str, tuple[str, float]], name: str) -> None:
    import re

    said, seconds = answers[name]
    assert re.search(FILES[name][1], said), said
    assert said.startswith(f"Could not open {name}.latent - ")
    assert len(said) < 400
    assert seconds < SECONDS


def test_one_picture_in_many_steps_is_decoded_once() -> None:
    contents = unpacked(with_pictures(SMALL, rows=300))
    fields = json.loads(contents["session.json"])
    fields["history"] = [{"recipe": {}, "work": i} for i in range(300)]
    with pytest.raises(StudioError, match="claims far more pixels"):
        parse_session(packed(contents))  # by another name each time
    for work in fields["works"]:
        work["picture"]["name"] = "photo"
    contents["session.json"] = json.dumps(fields).encode()
    steps = parse_session(packed(contents)).history
    assert len({id(state.work.picture) for _, state in steps}) == 1


def test_a_huge_thumbnail_is_left_out() -> None:
    contents = {**unpacked(WHOLE_BYTES), "thumbnail.png": png(8192, 8192)}
    assert parse_session(packed(contents)) == Session(SESSION.history, SESSION.index)


HOSTILE: tuple[object, ...] = (
    None, True, -1, 2**70, 1e308, "", "x" * 5000, "../../etc/passwd", "file:///etc/passwd",
    "\0", "\ud800", [], [[]], {}, {"": None}, [1e9], {"array": {}}, "arrays/0000.npy",
)  # fmt: skip


def places(value: object) -> list[tuple[Any, Any]]:
    """Every (container, key) in a JSON value."""
    found: list[tuple[Any, Any]] = []
    pairs = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type]
    for key, inner in list(pairs):
        found.append((value, key))
        if isinstance(inner, dict | list):
            found += places(inner)
    return found


def test_wrong_types_anywhere_end_in_words_or_in_a_session() -> None:
    from tests.core.test_kept_session import everything

    contents = unpacked(everything())
    rng = np.random.default_rng(5)
    refused = 0
    for _ in range(200):
        data = json.loads(contents["session.json"])
        found = places(data)
        container, key = found[rng.integers(len(found))]
        container[key] = HOSTILE[rng.integers(len(HOSTILE))]
        text = json.dumps(data).encode("utf-8", "surrogatepass")
        try:
            parse_session(packed({**contents, "session.json": text}, zipfile.ZIP_STORED))
        except StudioError:
            refused += 1
    assert refused > 100
