"""Seams of the answers: as chosen now, after a cancel too; ranks and what was dropped are said."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from latentstudio.core.crop import Crop, pasted_back
from latentstudio.core.mask import Mask, preset
from latentstudio.core.paste import Picture, Seam
from latentstudio.core.recipe import Truncation
from latentstudio.core.search import Filled
from latentstudio.core.work import Work, frame, mask_at, with_crop, with_mask, with_picture
from latentstudio.engine.blend import blended
from latentstudio.ui.inpaint_desk import InpaintDesk
from tests.ui.studio import Studio, make_studio

SEARCH = replace(Work().search, candidates=4, steps=30, bank=16, rate=0.2)
PHOTO = Picture(np.random.default_rng(3).integers(0, 256, (32, 32, 3)).astype(np.uint8), "me.png")
MASK = preset("centre", 32)


@pytest.fixture
def painter(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Studio]:
    """A window in the Inpaint workspace on a photograph with a hole, with a quick search."""
    made = make_studio(qtbot, tmp_path, resolution=32)
    made.window.workspaces.show("inpaint")
    work = with_mask(with_picture(Work(search=SEARCH), PHOTO), MASK)
    made.document.edit("Photo", lambda state: replace(state, work=work))
    yield made
    made.window.close()
    made.window.deleteLater()


def desk(studio: Studio) -> InpaintDesk:
    return studio.window.inpaint


def fill(studio: Studio) -> None:
    desk(studio).panel.start()
    assert desk(studio).panel.running
    studio.qtbot.waitUntil(lambda: not desk(studio).panel.running)


def choose(studio: Studio, place: int) -> None:
    studio.control("inpaint.blend").segments[place].click()  # type: ignore[attr-defined]


def result(studio: Studio) -> np.ndarray:
    """What the result shows, [R, R, 3]."""
    image = desk(studio).view.result.image
    assert image is not None
    flat = np.frombuffer(image.constBits(), np.uint8)
    return flat.reshape(image.height(), image.width(), 4)[..., 2::-1].copy()


def facts(studio: Studio) -> str:
    return desk(studio).view.right.facts.text()


def wait_for(studio: Studio, seam: Seam, mask: Mask = MASK) -> None:
    """Until all answers stand in the photograph so."""
    found = desk(studio).candidates
    studio.qtbot.waitUntil(lambda: {one.seam for one in found.answers} == {seam})
    for one in found.answers:
        assert np.array_equal(one.pixels, blended(PHOTO.pixels, one.drawn, mask, seam))


def test_answers_and_result_follow_the_seam_that_is_chosen(painter: Studio) -> None:
    fill(painter)
    tab = desk(painter).candidates
    tab.step(1)
    tab.star()
    assert facts(painter) == "candidate 2, Poisson blend"
    before = result(painter)
    choose(painter, 2)
    wait_for(painter, "none")
    assert facts(painter) == "candidate 2, cut"
    assert np.array_equal(result(painter), tab.answers[1].pixels)
    assert not np.array_equal(result(painter), before)
    assert [one is tab.answers[1] for one in tab.starred] == [True]
    painter.document.undo()
    wait_for(painter, "poisson")
    assert np.array_equal(result(painter), before)


def test_an_answer_is_used_with_the_seam_that_is_chosen_now(painter: Studio) -> None:
    fill(painter)
    choose(painter, 1)
    desk(painter).use()
    assert painter.recipe.paste is not None
    assert painter.recipe.paste.blend == "feather"
    desk(painter).candidates.keep()
    (kept,) = painter.document.state.gallery
    assert kept.recipe.paste == painter.recipe.paste


def test_what_is_kept_after_a_cancel_is_blended_as_chosen(painter: Studio) -> None:
    slow = replace(SEARCH, steps=1000)
    painter.document.edit("Slow", lambda s: replace(s, work=replace(s.work, search=slow)))
    painter.generator.delay = 0.01
    panel, tab = desk(painter).panel, desk(painter).candidates
    panel.start()
    painter.qtbot.waitUntil(lambda: len(tab.answers) == 4)
    assert facts(painter) == "candidate 1, cut"
    panel.cancel()
    painter.qtbot.waitUntil(lambda: not panel.running)
    wait_for(painter, "poisson")
    assert facts(painter) == "candidate 1, Poisson blend"
    assert np.array_equal(result(painter), tab.answers[0].pixels)


def test_a_seam_that_is_chosen_while_it_searches_holds_at_the_end(painter: Studio) -> None:
    desk(painter).panel.start()
    choose(painter, 1)
    painter.qtbot.waitUntil(lambda: not desk(painter).panel.running)
    wait_for(painter, "feather")
    assert facts(painter) == "candidate 1, feathered"


def test_the_last_order_is_by_rank_even_under_the_pointer(painter: Studio) -> None:
    fill(painter)
    tab = desk(painter).candidates
    fits = [0.2, 0.1, 0.4, 0.3]
    newer: list[Filled] = [
        replace(one, fit=fit) for one, fit in zip(tab.answers, fits, strict=True)
    ]
    ranked = sorted(newer, key=lambda one: one.fit)
    tab.faces.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    tab.show_answers(ranked, "", last=False)
    assert [one.fit for one in tab.answers] == fits  # nothing moves under the pointer
    tab.show_answers(ranked, "", last=True)
    assert [one.fit for one in tab.answers] == sorted(fits)
    tab.show_answers(newer, "", last=False)
    tab.show_answers(newer, "", last=False)
    tab.show_answers([], "", last=True)
    assert [one.fit for one in tab.answers] == sorted(fits)


def test_a_candidate_that_was_dropped_is_said_at_the_end(painter: Studio) -> None:
    painter.generator.breaks = 4
    fill(painter)
    assert len(desk(painter).candidates.answers) == 3
    assert desk(painter).candidates.note.text() == "1 broken answer was dropped"
    words = desk(painter).tasks.loss.summary(painter.recipe)
    assert words.endswith("candidate 1; 1 broken answer was dropped")


def photograph(studio: Studio) -> Picture:
    """A larger photograph is worked on, in a crop of it."""
    pixels = np.random.default_rng(5).integers(0, 256, (90, 120, 3)).astype(np.uint8)
    large = Picture(pixels, "large.png")
    work = with_crop(with_picture(studio.document.state.work, large), Crop(0.5, 0.5, 1.5))
    studio.document.edit("Photo", lambda state: replace(state, work=work))
    return large


def pasted(studio: Studio, path: Path, patch: pytest.MonkeyPatch) -> np.ndarray:
    """What paste back writes."""
    patch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    desk(studio).paste_back()
    studio.qtbot.waitUntil(lambda: any(f"Saved {path.name}" in n for n in studio.notices()))
    return np.asarray(Image.open(path).convert("RGB"))


def expected(studio: Studio, large: Picture) -> np.ndarray:
    """The photograph with what the canvas shows in its hole."""
    seen = np.ascontiguousarray(studio.wait_for_picture().pixels[..., 2::-1])
    studio.qtbot.waitUntil(lambda: np.array_equal(result(studio), seen))
    assert facts(studio) == "the current face, Poisson blend"
    work = studio.document.state.work
    known = frame(work, 32)
    assert known is not None
    return pasted_back(large, work.crop, known.pixels, seen, mask_at(work, 32))


def test_paste_back_writes_the_face_that_is_on_show(
    painter: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = photograph(painter)
    fill(painter)
    first = pasted(painter, tmp_path / "first.png", monkeypatch)
    tab = desk(painter).candidates
    shown = result(painter)
    desk(painter).use()
    painter.document.edit_recipe("Truncation", lambda r: replace(r, truncation=Truncation(0.2)))
    after = expected(painter, large)
    assert not np.array_equal(result(painter), shown)
    assert np.array_equal(pasted(painter, tmp_path / "after.png", monkeypatch), after)
    assert not np.array_equal(after, first)
    tab.step(1)  # an answer that is chosen is on show again
    assert facts(painter) == "candidate 2, Poisson blend"
    assert np.array_equal(result(painter), tab.answers[1].pixels)
    tab.step(-1)
    assert np.array_equal(pasted(painter, tmp_path / "again.png", monkeypatch), first)


def test_a_face_that_leaves_its_picture_gives_way_to_the_answer(painter: Studio) -> None:
    fill(painter)
    shown = result(painter)
    desk(painter).use()
    painter.qtbot.waitUntil(lambda: facts(painter) == "the current face, Poisson blend")
    painter.document.undo()
    assert facts(painter) == "candidate 1, Poisson blend"
    assert np.array_equal(result(painter), shown)


def test_a_reopened_face_goes_back_into_its_photograph(
    painter: Studio, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = photograph(painter)
    fill(painter)
    desk(painter).use()
    painter.wait_for_picture()
    again = make_studio(qtbot, tmp_path / "again", resolution=32)
    again.window.workspaces.show("inpaint")
    assert not again.window.actions_by_name["paste_back"].isEnabled()
    again.document.edit("Reopened", lambda _state: painter.document.state)
    wanted = expected(again, large)
    assert again.window.actions_by_name["paste_back"].isEnabled()
    assert np.array_equal(pasted(again, tmp_path / "back.png", monkeypatch), wanted)
    alone = replace(again.document.state.work, picture=None)  # as a saved picture is opened
    again.document.edit("No photo", lambda state: replace(state, work=alone))
    whole = pasted(again, tmp_path / "small.png", monkeypatch)
    assert np.array_equal(whole, result(again))
    again.window.close()
    again.window.deleteLater()
