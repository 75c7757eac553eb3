"""Candidates: the answers of a search in two rows, live, ranked, to choose from and to star."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from latentstudio.core.document import State
from latentstudio.core.gallery import with_kept
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import ModelRef, Recipe
from latentstudio.core.search import Filled as Answer
from latentstudio.core.work import Work, answer
from latentstudio.ui import theme
from latentstudio.ui.controls import IconButton, Label, TileStrip
from latentstudio.ui.controls.face_list import Index
from latentstudio.ui.controls.faces import MARGIN, paint_face, paint_selection
from latentstudio.ui.inpaint_view import rgb_image
from latentstudio.ui.panels.tasks import TASKS
from latentstudio.ui.strip_tab import StripTab

_WORST_FIT = 0.25  # a mean difference of a quarter of a channel's range: nothing is right
_ROOM = 660  # pixels at 100 % that the tabs and all words of the corner take
_SMALLEST = 64  # pixels at 100 % of a face where there are two rows
_BARS = 12  # pixels at 100 % under a face


def shares(found: Answer, critic: str | None) -> tuple[float | None, float | None]:
    """How much of the known pixels is right, and how real it looks: 0 to 1, for two bars.

    None where nothing has judged it.
    """
    known = max(0.0, 1 - found.fit / _WORST_FIT) if math.isfinite(found.fit) else None
    if not math.isfinite(found.doubt):
        return known, None
    doubt = min(max(found.doubt, -50.0), 50.0)
    if critic in ("hinge", "wasserstein"):
        return known, 1 / (1 + math.exp(doubt))
    return known, min(1.0, math.exp(-doubt))  # of a logit: the probability of being real


class _Painter(QStyledItemDelegate):
    """A face with its rank, and the two bars under it."""

    def __init__(self, view: "CandidateTiles") -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self._view.cell()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view, row = self._view, index.row()
        edge = view.edge()
        box = QRectF(option.rect.left() + MARGIN, option.rect.top() + MARGIN, edge, edge)
        painter.setRenderHint(painter.RenderHint.Antialiasing)
        painter.setRenderHint(painter.RenderHint.SmoothPixmapTransform)
        paint_face(painter, box, view.faces[row])
        if option.state & QStyle.StateFlag.State_Selected:
            paint_selection(painter, box)
        elif view.shows_focus() and row == view.currentIndex().row():
            paint_selection(painter, box, "muted")
        _paint_rank(painter, box, row + 1)
        half, height = edge / 2 - 2, theme.px(4)
        top = box.bottom() + theme.px(7)
        for share, left, token in zip(
            view.bars[row], (box.left(), box.left() + half + 4), ("accent", "a"), strict=True
        ):
            if share is None:
                continue
            track = QRectF(left, top, half, height)
            for width, color in ((half, "hover"), (half * share, token)):
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color(color))
                painter.drawRoundedRect(QRectF(track.left(), top, width, height), 2, 2)


def _paint_rank(painter: QPainter, box: QRectF, rank: int) -> None:
    """The rank at the upper right; the upper left is the star's."""
    plate = QRectF(0, 0, theme.px(20), theme.px(16))
    plate.moveTopRight(box.topRight() + QPointF(-theme.px(3), theme.px(3)))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(40, 42, 48, 190))
    painter.drawRoundedRect(plate, 3, 3)
    painter.setFont(theme.font("small"))
    painter.setPen(QColor("white"))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, str(rank))


class CandidateTiles(TileStrip):
    """The answers: two rows of the same number fill the width, one row where they all fit."""

    def __init__(self) -> None:
        super().__init__()
        self.bars: list[tuple[float | None, float | None]] = []
        self.setItemDelegate(_Painter(self))

    def cell(self) -> QSize:
        size = super().cell()
        return QSize(size.width(), size.height() + theme.px(_BARS))

    def set_count(self, count: int) -> None:
        super().set_count(count)
        self.fit()

    def columns(self) -> int:
        """How many stand in a row; 0 where there are no two rows, or too many for the width."""
        count, beside = len(self.faces), 2 * MARGIN + self.spacing()
        low = self.height() < 2 * (theme.px(_SMALLEST) + self.around()) + 3 * self.spacing()
        if low or count * (theme.px(self._most) + beside) <= self._across():
            return 0
        half = -(-count // 2)
        return half if half * (theme.px(_SMALLEST) + beside) <= self._across() else 0

    def _across(self) -> int:
        return self.width() - self.side() - self.spacing()

    def room(self) -> float:
        columns = self.columns()
        if not columns:
            return super().room()
        beside = self._across() / columns - 2 * MARGIN - self.spacing()
        below = (self.height() - 3 * self.spacing()) / 2 - self.around()
        return max(theme.px(_SMALLEST), min(beside, below))

    def fit(self) -> None:
        super().fit()
        columns, policy = self.columns(), Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOff if columns else policy.ScrollBarAsNeeded
        )
        # Qt begins a new row where the width ends, so it ends after half of them.
        used = columns * (self.cell().width() + self.spacing()) + 2
        right = max(0, self._across() - used) if columns else 0
        if self.viewportMargins().right() != right:
            self.setViewportMargins(self.side(), 0, right, 0)

    def show_bars(self, bars: list[tuple[float | None, float | None]]) -> None:
        """Known pixels and realism of each; None shows no bar."""
        self.bars = bars
        self.viewport().update()


class CandidatesTab(StripTab):
    """Answers to choose from.

    Signals:
        shown: the answer that was chosen, with its rank from 1.
        picked: it is the user who chooses, just now.
        use_asked: it is wanted: double click or Return on it.
    """

    key = "candidates"
    title = "Candidates"
    workspaces = ("inpaint",)
    shown = Signal(object, int)
    picked = Signal()
    use_asked = Signal()

    def build(self) -> None:
        self._answers: list[Answer] = []
        self._starred: list[Answer] = []
        self._chosen: Answer | None = None
        self._followed = True  # the best, until the user has chosen one
        self._of: tuple[Work, ModelRef, int] = (Work(), ModelRef(), 1)
        self.faces = CandidateTiles()
        self.faces.setObjectName("inpaint.answers")
        self.faces.setAccessibleName("Candidates")
        self.faces.setToolTip(
            "Click shows an answer, double click or Return goes on with it; N and Shift+N step"
        )
        self._show_empty()
        self.faces.picked.connect(self._picked)
        self.faces.activated.connect(lambda _row: self.use_asked.emit())
        self.hold(self.faces)
        self._build_corner()

    def _build_corner(self) -> None:
        self._legend: list[Label] = []
        for words, token in (("Known pixels", "accent"), ("Realism", "a")):
            self._legend += [Label("▬", role="small", token=token), Label(words, token="faint")]
        for place in (0, 2):
            pair = QHBoxLayout()
            pair.setSpacing(theme.px(4))
            for label in self._legend[place : place + 2]:
                pair.addWidget(label)
            self.corner_line.addLayout(pair)
        self.corner_line.setSpacing(theme.px(12))
        self.note = Label("", role="strong", token="text")
        self.note.setObjectName("inpaint.note")
        self.corner_line.addWidget(self.note)
        for name, icon, words, key, run in (
            ("star", "star", "Star the chosen answer", "", self.star),
            ("keep_starred", "images", "Keep the starred answers in the gallery", "", self.keep),
        ):
            button = IconButton(icon, words, key)
            button.setObjectName(f"inpaint.{name}")
            button.clicked.connect(lambda _on=False, run=run: run())
            self.corner_line.addWidget(button)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_words()

    def _show_words(self) -> None:
        """The words beside the tabs: gone where there is no room; a legend of what there is."""
        room = self.width() >= theme.px(_ROOM)
        judged = self._of[0].task != "project"  # nothing says how real a projection looks
        self._legend[1].setText("Known pixels" if judged else "Like the picture")
        for place, label in enumerate(self._legend):
            label.setVisible(room and bool(self._answers) and (judged or place < 2))
        self.note.setVisible(room)

    # --- answers --------------------------------------------------------------------------------

    def count(self) -> int | None:
        return len(self._answers) or None

    @property
    def answers(self) -> Sequence[Answer]:
        """The answers in the order that is shown."""
        return tuple(self._answers)

    @property
    def best(self) -> Answer | None:
        """The answer that fits best; None while there is none."""
        return min(self._answers, key=lambda one: one.fit, default=None)

    @property
    def chosen(self) -> int:
        """The place of the chosen answer, -1 for none."""
        places = [i for i, found in enumerate(self._answers) if found is self._chosen]
        return places[0] if places else -1

    @property
    def starred(self) -> Sequence[Answer]:
        """The answers with a star."""
        return tuple(self._starred)

    def begin(self, work: Work, info: ModelInfo) -> None:
        """A search has begun: the answers so far go."""
        self._answers, self._starred, self._chosen = [], [], None
        self._followed = True
        self._of = (work, ModelRef.of(info), info.resolution)
        self.fill()

    def show_answers(self, found: Sequence[Answer], note: str, last: bool) -> None:
        """Newer states of the answers; none where a search was cancelled: the best so far stay.

        The last ones stand in their order wherever the pointer is, so that ranks are true.
        """
        self.note.setText(note)
        if last and not found:
            found = sorted(self._answers, key=lambda one: one.fit)
        if found:
            still = self._is_under_pointer() and not last
            ranked = self._in_old_order(found) if still else list(found)
            self._carry_over(ranked)
            self._answers = ranked
            self.fill()
            self._show_chosen()

    def recipe_of(self, found: Answer) -> Recipe:
        """The picture of an answer as a recipe, with the seam that is chosen now."""
        work, model, side = self._of
        blend = self.document.state.work.blend
        return answer(model, found, replace(work, blend=blend), side)

    def recipe(self) -> Recipe | None:
        """The chosen answer as a recipe; None while there is none."""
        return None if self._chosen is None else self.recipe_of(self._chosen)

    def step(self, steps: int) -> None:
        """Choose the next answer (1), or the one before (-1)."""
        if self._answers:
            self._picked((self.chosen + steps) % len(self._answers))
            self.faces.set_current(self.chosen)

    def star(self) -> None:
        """Star the chosen answer, or take its star."""
        if self._chosen is None:
            return
        if any(found is self._chosen for found in self._starred):
            self._starred = [found for found in self._starred if found is not self._chosen]
        else:
            self._starred.append(self._chosen)
        self.fill()

    def keep(self) -> None:
        """Put the starred answers, or the chosen one, into the gallery, as one undo step."""
        wanted = self._starred or ([] if self._chosen is None else [self._chosen])
        recipes = [self.recipe_of(found) for found in wanted]

        def change(gallery: tuple) -> tuple:  # type: ignore[type-arg]
            for recipe in recipes:
                gallery = with_kept(gallery, recipe)
            return gallery

        if recipes:
            self.document.edit("Keep candidates", lambda s: replace(s, gallery=change(s.gallery)))

    # --- what it shows --------------------------------------------------------------------------

    def fill(self) -> None:
        """Show the answers."""
        critic = self.info.critic if self.info else None
        self.faces.set_count(len(self._answers))
        for place, found in enumerate(self._answers):
            self.faces.set_image(place, rgb_image(found.pixels))
            self.faces.set_starred(place, any(found is s for s in self._starred))
        self.faces.show_bars([shares(found, critic) for found in self._answers])
        self.faces.set_current(self.chosen)
        self._show_words()
        self.counted.emit(self.count())

    def state_changed(self, old: State, new: State) -> None:
        """The answers do not follow the document; how to get some does."""
        if new.work.task != old.work.task:
            self._show_empty()

    def _show_empty(self) -> None:
        words = TASKS[self.document.state.work.task].empty
        self.faces.set_empty("wand-sparkles", "No candidates yet", words)

    def _picked(self, place: int) -> None:
        self._chosen, self._followed = self._answers[place], False
        self.picked.emit()
        self._show_chosen()

    def _show_chosen(self) -> None:
        if self._chosen is not None:
            self.shown.emit(self._chosen, self.chosen + 1)

    def _is_under_pointer(self) -> bool:
        """Nothing may move from under the pointer that is about to click it."""
        return bool(self._answers) and self.faces.underMouse()

    def _in_old_order(self, found: Sequence[Answer]) -> list[Answer]:
        rest, ordered = list(found), []
        for old in self._answers:
            if rest:
                ordered.append(rest.pop(_nearest(old, rest)))
        return ordered + rest

    def _carry_over(self, found: Sequence[Answer]) -> None:
        """Stars and the choice go on to what became of the answers that had them."""
        self._starred = [found[_nearest(old, found)] for old in self._starred]
        if self._followed or self._chosen is None:
            self._chosen = min(found, key=lambda one: one.fit)
        else:
            self._chosen = found[_nearest(self._chosen, found)]


def _nearest(old: Answer, found: Sequence[Answer]) -> int:
    """The place of the answer that an earlier one became: the latent moves little in a step."""
    far = [float(np.square(one.latent.array - old.latent.array).sum()) for one in found]
    return int(np.argmin(far))
