"""Undo and redo at once: what was drawn before is shown again without asking the engine."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from latentstudio.core.recipe import Recipe, with_blend, with_psi, with_seed
from latentstudio.engine.messages import RenderRequest
from latentstudio.ui.gallery import GalleryTab
from tests.ui.studio import Studio
from tests.ui.test_bridge import Bench, psi

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
SLOW = 0.2  # seconds a picture takes: nobody would call that at once


def test_a_walk_back_and_forth_asks_the_engine_for_nothing(qapp: QApplication) -> None:
    bench = Bench(qapp)
    bench.open()
    for value in (0.8, 0.6, 0.4, 0.2):
        psi(bench, value)
        bench.document.end_gesture()
        bench.work()
    drawn, pixels = bench.drawn, [frame.pixels for frame in bench.frames]
    way = [3, 2, 1, 0, 1, 2, 3, 4]
    bench.frames.clear()
    for place in way:
        bench.document.go(bench.document.index + (1 if len(bench.frames) >= 4 else -1))
        assert bench.frames[-1].pixels is pixels[place]
        assert bench.frames[-1].recipe == bench.document.recipe
    assert len(bench.frames) == len(way)
    assert not bench.engine.run_once()
    assert bench.drawn == drawn


@pytest.fixture
def asked(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> list[RenderRequest]:
    """What the window asks a slow engine to draw for the canvas, from now on."""
    steps: list[Callable[[Recipe], Recipe]] = [
        lambda r: with_seed(r, 48),
        lambda r: with_psi(r, 0.5),
        lambda r: with_blend(r, "w"),
        lambda r: with_seed(r, 7),
    ]
    for number, step in enumerate(steps):
        studio.document.edit_recipe(f"Step {number}", step)
        studio.wait_for_picture()
    studio.generator.delay = SLOW
    engine, requests = studio.window.bridge._engine, list[RenderRequest]()
    show = engine.show

    def record(request: RenderRequest) -> None:
        requests.append(request)
        show(request)

    monkeypatch.setattr(engine, "show", record)
    return requests


def shown(studio: Studio) -> np.ndarray:
    frame = studio.window.bridge.frame
    assert frame is not None
    assert frame.recipe == studio.recipe, "another recipe is shown"
    image = studio.window.canvas.image
    assert image is not None
    assert image.pixels is frame.pixels  # type: ignore[attr-defined]
    return frame.pixels


def test_keys_undo_and_redo_before_the_next_event(
    studio: Studio, asked: list[RenderRequest]
) -> None:
    studio.window.canvas.setFocus()
    last = shown(studio)
    for _ in range(4):
        studio.key(Qt.Key.Key_Z, CONTROL)
        assert studio.window.bridge.frame is not None
        assert not np.shares_memory(shown(studio), last)
    assert not studio.document.can_undo
    for _ in range(4):
        studio.key(Qt.Key.Key_Z, CONTROL | SHIFT)
        shown(studio)
    assert shown(studio) is last
    studio.qtbot.wait(200)  # longer than the pause before an exact picture is asked for
    assert asked == []


def test_what_is_not_a_picture_is_undone_without_a_picture(
    studio: Studio, asked: list[RenderRequest]
) -> None:
    gallery = studio.window.strip.tab("gallery")
    assert isinstance(gallery, GalleryTab)
    before = shown(studio)
    gallery.keep()
    gallery.star()
    gallery.mark(1)
    for _ in range(3):
        studio.document.undo()
    assert studio.document.state.gallery == ()
    assert shown(studio) is before
    studio.qtbot.wait(200)
    assert asked == []


def test_what_was_never_drawn_is_asked_for(studio: Studio, asked: list[RenderRequest]) -> None:
    studio.window.bridge.forget_frames()
    studio.document.undo()
    frame = studio.window.bridge.frame
    assert frame is not None
    assert frame.recipe != studio.recipe
    assert [request.recipe for request in asked] == [studio.recipe]
    studio.generator.delay = 0.0
    studio.wait_for_picture()
