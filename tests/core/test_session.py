"""Sessions: everything comes back, and no file, however broken, does harm."""

import errno
import io
import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from latentstudio.core import session as session_module
from latentstudio.core.archive import MAX_MEMBERS, MAX_UNPACKED_BYTES, npy_bytes
from latentstudio.core.arithmetic import Arithmetic
from latentstudio.core.direction import Direction
from latentstudio.core.document import Document, State
from latentstudio.core.errors import StudioError
from latentstudio.core.gallery import Kept
from latentstudio.core.journey import Journey, Keyframe
from latentstudio.core.picture import PictureNote, png_bytes
from latentstudio.core.recipe import (
    Anchor,
    ModelRef,
    Move,
    Noise,
    Recipe,
    Seed,
    Span,
    Truncation,
    Vector,
    with_psi,
    with_seed,
)
from latentstudio.core.session import (
    MAX_STEPS,
    Session,
    load_session,
    parse_session,
    save_session,
    session_bytes,
)
from tests.core.samples import gradient, random_recipe

VECTOR = Vector("w+", np.arange(32, dtype=np.float32).reshape(4, 8))
MINE = Recipe(ModelRef("mine", "ab"), (Anchor(VECTOR), Anchor(VECTOR, 0.5)))
SESSION = Session(
    (("Start", State()), ("Paste", State(MINE)), ("Truncation", State(with_psi(MINE, 0.5)))),
    index=1,
    thumbnail=png_bytes(gradient()),
)
SMILE = Direction(
    "Smile", Vector("w", np.eye(8, dtype=np.float32)[2]), 0.25, 1.5, "mine", "10 and 10 faces",
    accuracy=0.9, span=Span(1, 3, 1), model_id="ab",
)  # fmt: skip
MIXED = Recipe(
    ModelRef("mine", "ab"),
    (Anchor(Seed(4), 1.0, (1.0, 0.25, 0.0)), Anchor(VECTOR, 0.0, (0.0, 0.75, 1.0))),
    "w",
    Truncation(0.4, 2, resample=True),
    (("smile", 0.5), ("frown", 0.5)),
    Noise("const", 7, 1.5, (0.0, 2.0)),
    (Move("Smile", SMILE.vector, -1.25, Span(0, 2, 1), "ab" * 32), Move("PC 1", VECTOR, 2.0)),
)
FULL = State(
    MIXED,
    (Kept(MIXED, 1, True, "Grin, orange"), Kept(MINE, -1), Kept(Recipe())),
    (SMILE,),
    (SMILE, replace(SMILE, name="Found once"), "Hair"),  # the last as in sessions of before
    Arithmetic((MIXED, MINE), (Recipe(),), (MINE,)),
    journey=Journey(
        (Keyframe(MIXED, 0.5, "out", "Grin"), Keyframe(MINE, 2.0, "hold"), Keyframe(MIXED, 3.0)),
        loop=True, fps=24, tail=1.5,
    ),
)  # fmt: skip


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def changed(**members: bytes | None) -> bytes:
    """The session with members (json, npy, png) replaced, or left out where None."""
    names = {"json": "session.json", "npy": "arrays/0000.npy", "png": "thumbnail.png"}
    contents = unpacked(session_bytes(SESSION))
    for key, data in members.items():
        contents.pop(names[key])
        if data is not None:
            contents[names[key]] = data
    return packed(contents)


def edited(**fields: object) -> bytes:
    """The session with fields of its JSON replaced."""
    data = json.loads(unpacked(session_bytes(SESSION))["session.json"])
    return changed(json=json.dumps(data | fields).encode())


# --- whole ones -----------------------------------------------------------------------------------


def test_a_session_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "faces.latent"
    save_session(path, SESSION)
    assert load_session(path) == SESSION
    assert SESSION.model == ModelRef("mine", "ab")
    assert SESSION.state == State(MINE)


def test_many_random_sessions_come_back() -> None:
    rng = np.random.default_rng(9)
    for _ in range(30):
        count = int(rng.integers(1, 12))
        steps = tuple((f"Step {i} ü", State(random_recipe(rng))) for i in range(count))
        session = Session(steps, int(rng.integers(count)))
        assert parse_session(session_bytes(session)) == session


def test_a_document_comes_back_with_its_undone_steps() -> None:
    document = Document()
    for seed in range(5):
        document.edit_recipe(f"Seed {seed + 1}", lambda r, s=seed: with_seed(r, s + 1))
    document.undo()
    session = parse_session(session_bytes(Session.of(document)))
    other = Document()
    other.restore(session.history, session.index)
    assert [(e.label, e.state) for e in other.entries] == [
        (e.label, e.state) for e in document.entries
    ]
    assert other.index == 4
    other.redo()
    assert other.recipe == with_seed(Recipe(), 5)


def test_everything_beside_the_picture_comes_back() -> None:
    session = Session(
        (("Start", State()), ("All", FULL), ("Less", State(MINE, FULL.gallery[:1]))), 1
    )
    assert parse_session(session_bytes(session)) == session


def test_what_steps_share_is_written_once() -> None:
    steps = tuple((str(psi), replace(FULL, recipe=with_psi(MIXED, psi))) for psi in (0.1, 0.2, 0.3))
    data = json.loads(unpacked(session_bytes(Session(steps)))["session.json"])
    assert [len(data[table]) for table in ("faces", "directions", "recipes")] == [3, 2, 3]
    assert [step["gallery"] for step in data["history"]] == [[0, 1, 2]] * 3
    assert data["history"][2]["arithmetic"] == {"plus": [0, 1], "minus": [2], "more": [1]}


def test_sessions_without_a_gallery_open() -> None:
    data = json.loads(unpacked(session_bytes(SESSION))["session.json"])
    for table in ("faces", "directions", "recipes", "journeys"):
        del data[table]
    for step in data["history"]:
        for name in ("gallery", "directions", "locks", "arithmetic", "journey"):
            del step[name]
    assert parse_session(changed(json=json.dumps(data).encode())) == SESSION


def test_the_same_session_is_the_same_bytes() -> None:
    assert session_bytes(SESSION) == session_bytes(SESSION)


def test_equal_vectors_are_kept_once() -> None:
    assert list(unpacked(session_bytes(SESSION))) == [
        "session.json",
        "arrays/0000.npy",
        "thumbnail.png",
    ]
    again = parse_session(session_bytes(SESSION))
    one, two = (again.history[i][1].recipe.anchors[0].latent for i in (1, 2))
    assert one is two


def test_numpy_reads_the_arrays() -> None:
    data = unpacked(session_bytes(SESSION))["arrays/0000.npy"]
    np.testing.assert_array_equal(np.load(io.BytesIO(data), allow_pickle=False), VECTOR.array)


@pytest.mark.parametrize("shape", [(1,), (512,), (1, 1), (18, 512), (131072,)])
def test_arrays_of_every_shape_come_back(shape: tuple[int, ...]) -> None:
    space = "w" if len(shape) == 1 else "w+"
    vector = Vector(space, np.random.default_rng(0).standard_normal(shape))
    session = Session((("", State(Recipe(anchors=(Anchor(vector),)))),))
    assert parse_session(session_bytes(session)) == session


def test_of_a_long_history_the_end_is_kept() -> None:
    steps = tuple((str(i), State(with_seed(Recipe(), i))) for i in range(MAX_STEPS + 50))
    end = parse_session(session_bytes(Session(steps, len(steps) - 1)))
    assert end.history == steps[50:]
    assert end.index == MAX_STEPS - 1
    undone = parse_session(session_bytes(Session(steps, 20)))
    assert undone.history == steps[20 : 20 + MAX_STEPS]
    assert undone.state == steps[20][1]


def test_labels_are_one_line() -> None:
    session = parse_session(session_bytes(Session((("a\nb\x1b" + "c" * 300, State()),))))
    assert session.history[0][0] == ("a b " + "c" * 300)[:200]


def test_a_session_repacked_by_other_tools_opens() -> None:
    assert parse_session(changed()) == SESSION
    assert parse_session(packed(unpacked(session_bytes(SESSION)), zipfile.ZIP_STORED)) == SESSION


def test_an_index_outside_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="step 1 of a history of 1"):
        Session((("", State()),), 1)
    with pytest.raises(ValueError, match="step 0 of a history of 0"):
        Session(())


def test_facts_that_a_later_program_adds_are_passed_over() -> None:
    assert parse_session(edited(mood="blue", program=5)) == SESSION


def test_a_broken_thumbnail_does_not_withhold_the_work() -> None:
    for broken in (b"", b"x" * 100, png_bytes(gradient())[:60]):
        assert parse_session(changed(png=broken)).thumbnail is None
    assert parse_session(changed(png=None)).history == SESSION.history
    assert parse_session(changed(png=b"\0" * (4 * 2**20 + 1))).thumbnail is None


# --- broken ones ----------------------------------------------------------------------------------

WHOLE = session_bytes(SESSION)
NPY = npy_bytes(VECTOR.array)


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def header(written: bytes) -> bytes:
    body = written + b" " * (-(len(written) + 11) % 64) + b"\n"
    return b"\x93NUMPY\1\0" + len(body).to_bytes(2, "little") + body


def array_named(name: object) -> bytes:
    anchors = [{"space": "w+", "array": name}]
    return edited(index=0, history=[{"label": "", "recipe": {"anchors": anchors}}])


def many_members() -> bytes:
    return packed({"session.json": b"{}"} | {str(i): b"" for i in range(MAX_MEMBERS)})


def lying_size() -> bytes:
    """A zip whose directory claims that the array takes 4 GB."""
    data = bytearray(packed({"session.json": b"{}", "arrays/0000.npy": b"x"}))
    place = data.rindex(b"PK\1\2")
    data[place + 24 : place + 28] = (2**32 - 2).to_bytes(4, "little")
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(packed({"session.json": b"{}"}))
    data[data.index(b"PK\1\2") + 8] |= 1
    data[6] |= 1
    return bytes(data)


def journey_of(*keyframes: tuple[int, float]) -> bytes:
    """A session with a journey through rows of a table of three faces at times."""
    faces = [
        {},
        {"model": {"name": "a", "model_id": "aa"}},
        {"model": {"name": "b", "model_id": "bb"}},
    ]
    rows = [{"recipe": row, "time": time} for row, time in keyframes]
    return edited(recipes=faces, journeys=[{"keyframes": rows}])


START = "{'descr': '<f4', 'fortran_order': False, 'shape': "
BROKEN = {
    "empty": (b"", "an empty file"),
    "random": (np.random.default_rng(0).bytes(10_000), "of an unknown kind"),
    "picture": (png_bytes(gradient(), PictureNote(MINE)), "not a session but a PNG picture"),
    "page": (b"<html>", "not a session but a web page"),
    "pointer": (b"version https://git-lfs.github.com/spec/v1", "was not downloaded"),
    "10 %": (WHOLE[: len(WHOLE) // 10], "damaged or cut short"),
    "half": (WHOLE[: len(WHOLE) // 2], "damaged or cut short"),
    "99 %": (WHOLE[: len(WHOLE) * 99 // 100], "damaged or cut short"),
    "zip": (packed({"data.pkl": b"x"}), "holds no session.json"),
    "encrypted": (encrypted(), "packed in a way"),
    "lzma": (packed({"session.json": b"{}"}, zipfile.ZIP_LZMA), "packed in a way"),
    "members": (many_members(), "claims to hold more"),
    "claim": (lying_size(), "claims to hold more"),
    "bomb": (changed(npy=b"\0" * (100 * 2**20)), "far more than its size"),
    "large bomb": (changed(npy=b"\0" * (MAX_UNPACKED_BYTES + 1)), "claims to hold more"),
    "large array": (changed(npy=b"\0" * 2**20), "arrays/0000.npy is larger than 513 KB"),
    "no array": (changed(npy=None), "holds no arrays/0000.npy"),
    "no npy": (changed(npy=b"x" * 200), "not a NumPy array"),
    "short npy": (changed(npy=NPY[:9]), "not a NumPy array"),
    "cut npy": (changed(npy=NPY[:-4]), "not what its shape"),
    "long npy": (changed(npy=NPY + b"\0\0\0\0"), "not what its shape"),
    "pickle": (changed(npy=npy(np.array([{}], object))), "not a plain array of float32"),
    "float64": (changed(npy=npy(np.ones((4, 8)))), "not a plain array of float32"),
    "big endian": (changed(npy=npy(np.ones((4, 8), ">f4"))), "not a plain array of float32"),
    "fortran": (
        changed(npy=npy(np.asfortranarray(np.ones((4, 8), np.float32)))),
        "not a plain array",
    ),
    "three axes": (changed(npy=npy(np.ones((2, 2, 2), np.float32))), "not a plain array"),
    "no axes": (changed(npy=npy(np.float32(1))), "not a plain array"),
    "one axis": (changed(npy=npy(np.ones(4, np.float32))), r"a w\+ vector has 2 axes"),
    "nan": (changed(npy=npy(np.full((4, 8), np.nan, np.float32))), "finite numbers"),
    "no numbers": (changed(npy=npy(np.ones((0, 8), np.float32))), "not what its shape"),
    "huge": (changed(npy=header(f"{START}(9999999, 9999999), }}".encode())), "not what its shape"),
    "huger": (changed(npy=header(f"{START}(1{'0' * 30}, 2), }}".encode())), "not a plain array"),
    "negative": (changed(npy=header(f"{START}(-1, 8), }}".encode())), "not a plain array"),
    "code": (changed(npy=header(b"__import__('os').abort()")), "not a plain array"),
    "nesting": (changed(npy=header(b"(" * 5000)), "not a plain array"),
    "other member": (array_named("session.json"), "does not name an array"),
    "outside": (array_named("../../../etc/passwd"), "does not name an array"),
    "absolute": (array_named("/etc/passwd"), "does not name an array"),
    "number": (array_named(7), "does not name an array"),
    "no such": (array_named("arrays/0777.npy"), "holds no arrays/0777.npy"),
    "no json": (changed(json=b"\0\1\2"), "not JSON"),
    "empty json": (changed(json=b""), "not JSON"),
    "list": (changed(json=b"[]"), "list of 0, not an object"),
    "deep": (changed(json=b"[" * 200_000), "not JSON"),
    "long json": (changed(json=b" " * (33 * 2**20)), "far more than its size"),
    "version": (edited(format_version=None), "format_version is missing"),
    "version text": (edited(format_version="1"), "format_version is '1'"),
    "newer": (edited(format_version=2, history=5), "newer Latent Studio made it"),
    "history": (edited(history=[]), "session.history is a list of 0"),
    "history kind": (edited(history={}), "session.history is an object"),
    "long history": (edited(history=[{"recipe": {}}] * (MAX_STEPS + 1)), "list of 501"),
    "step": (edited(history=[5]), r"session.history\[0\] is 5, not an object"),
    "step field": (edited(history=[{"recipe": {}, "run": "x"}]), "field 'run'"),
    "no recipe": (edited(history=[{"label": "a"}]), r"history\[0\].recipe is missing"),
    "seed": (
        edited(history=[{"recipe": {"anchors": [{"seed": -1}]}}]),
        r"session.history\[0\].recipe.anchors\[0\].seed is -1",
    ),
    "mark": (edited(faces=[{"recipe": {}, "mark": 2}]), r"faces\[0\].mark is 2"),
    "star": (edited(faces=[{"recipe": {}, "starred": 1}]), r"faces\[0\].starred is 1"),
    "note": (edited(faces=[{"recipe": {}, "note": "x" * 2001}]), r"faces\[0\].note"),
    "face": (edited(faces=[{"mark": 1}]), r"faces\[0\].recipe is missing"),
    "kept row": (edited(history=[{"recipe": {}, "gallery": [0]}]), "gallery names a row"),
    "kept place": (edited(history=[{"recipe": {}, "gallery": [-1]}]), r"gallery\[0\] is -1"),
    "direction row": (
        edited(history=[{"recipe": {}, "directions": [1]}]),
        "directions names a row",
    ),
    "direction": (
        edited(directions=[{"name": "a", "space": "z"}]),
        r"directions\[0\].array is missing",
    ),
    "lock": (edited(history=[{"recipe": {}, "locks": [None]}]), r"locks\[0\] is missing"),
    "lock row": (edited(history=[{"recipe": {}, "locks": [4]}]), "locks names a row"),
    "sum row": (
        edited(history=[{"recipe": {}, "arithmetic": {"plus": [0]}}]),
        "plus names a row",
    ),
    "sum set": (edited(history=[{"recipe": {}, "arithmetic": {"minsu": []}}]), "field 'minsu'"),
    "sum of many": (
        edited(recipes=[{}], history=[{"recipe": {}, "arithmetic": {"more": [0] * 65}}]),
        "a list of 65",
    ),
    "journey row": (edited(history=[{"recipe": {}, "journey": 0}]), "journey names a row"),
    "journey time": (journey_of((0, float("inf"))), "the text is not JSON"),
    "journey before": (journey_of((0, -1)), r"journeys\[0\].keyframes\[0\].time is -1"),
    "journey order": (journey_of((0, 2), (0, 1)), "order of their times"),
    "journey twice": (journey_of((0, 1), (0, 1)), "order of their times"),
    "journey models": (journey_of((1, 1), (2, 2)), "faces of a, and this one is of b"),
    "journey face": (journey_of((3, 1)), "journey names a row"),
    "journey of many": (journey_of(*[(0, 1)] * 1001), "a list of 1001"),
    "index": (edited(index=3), "session.index is 3, and there are 3 steps"),
    "index below": (edited(index=-1), "session.index is -1"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_session_is_an_error_in_words(case: str, tmp_path: Path) -> None:
    data, words = BROKEN[case]
    path = tmp_path / "faces.latent"
    path.write_bytes(data)
    with pytest.raises(StudioError, match=words) as caught:
        load_session(path)
    assert caught.value.title == "Could not open faces.latent"
    assert caught.value.hint
    assert len(str(caught.value)) < 400
    assert path.read_bytes() == data
    assert os.listdir(tmp_path) == ["faces.latent"]


def test_random_damage_ends_in_words_or_in_a_session() -> None:
    rng = np.random.default_rng(11)
    refused = 0
    for _ in range(400):
        data = bytearray(WHOLE)
        for place in rng.integers(len(data), size=rng.integers(1, 6)):
            data[place] = rng.integers(256)
        try:
            parse_session(bytes(data))
        except StudioError:
            refused += 1
    assert refused > 200


def test_every_cut_is_noticed() -> None:
    for end in range(0, len(WHOLE), 37):
        with pytest.raises(StudioError):
            parse_session(WHOLE[:end])


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="there is no such file"):
        load_session(tmp_path / "none.latent")
    with pytest.raises(StudioError, match="it is not a file"):
        load_session(tmp_path)


def test_a_device_is_refused_instead_of_waited_for() -> None:
    with pytest.raises(StudioError, match=r"it is not a file|no such file"):
        load_session(Path(os.devnull))


def test_an_oversized_file_is_not_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "MAX_FILE_BYTES", 2**20)
    (tmp_path / "a.latent").write_bytes(b"\0" * (2**20 + 1))
    with pytest.raises(StudioError, match="larger than 1 MB"):
        load_session(tmp_path / "a.latent")


def test_a_name_does_not_matter(tmp_path: Path) -> None:
    save_session(tmp_path / "faces.png", SESSION)
    assert load_session(tmp_path / "faces.png") == SESSION


# --- versions -------------------------------------------------------------------------------------


def test_a_newer_session_asks_for_an_update() -> None:
    with pytest.raises(StudioError) as caught:
        parse_session(edited(format_version=2))
    assert caught.value.hint == "Update Latent Studio, then open it again."


def test_older_sessions_are_brought_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "FORMAT_VERSION", 3)
    monkeypatch.setattr(
        session_module,
        "_MIGRATIONS",
        {
            1: lambda fields: {"steps": fields["history"], "index": fields["index"]},
            2: lambda fields: {"history": fields["steps"], "index": fields["index"]},
        },
    )
    assert parse_session(WHOLE) == SESSION


# --- writing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "words"), [(errno.ENOSPC, "full"), (errno.EACCES, "permission")])
def test_a_failed_save_leaves_the_old_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    path = tmp_path / "faces.latent"
    save_session(path, SESSION)

    def fail(handle: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StudioError, match=words):
        save_session(path, Session((("Other", State()),)))
    monkeypatch.undo()
    assert load_session(path) == SESSION
    assert os.listdir(tmp_path) == ["faces.latent"]


def test_what_could_not_be_opened_again_does_not_replace_what_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "faces.latent"
    save_session(path, SESSION)
    with pytest.raises(StudioError, match="psi is nan"):
        save_session(path, Session((("Broken", State(with_psi(Recipe(), float("nan")))),)))
    monkeypatch.setattr(session_module, "MAX_STATE_BYTES", 1000)
    with pytest.raises(StudioError, match=r"cannot be saved.*larger than 0 KB"):
        save_session(path, Session(SESSION.history * 20))
    monkeypatch.undo()
    assert load_session(path) == SESSION


def test_small_pictures_of_kept_faces_come_along_and_a_broken_one_is_left_out() -> None:
    small = png_bytes(gradient())
    faces = tuple((with_seed(Recipe(), seed), small) for seed in (3, 4))
    session = replace(SESSION, faces=faces)
    data = session_bytes(session)
    assert parse_session(data) == session
    contents = unpacked(data)
    broken = max(name for name in contents if name.startswith("faces/"))
    found = parse_session(packed({**contents, broken: b"no picture"}))
    assert (found.history, found.faces) == (session.history, faces[:1])
