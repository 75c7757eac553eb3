"""Start screen: models at the left, the rest a map of round faces, one of which to start from."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from latentstudio.ui import icons, theme
from latentstudio.ui.controls import (
    FaceMapView,
    IconButton,
    KeyHints,
    Label,
    PrimaryButton,
    TextButton,
)
from latentstudio.ui.start_cards import CARD_FACES, ModelCard, RecentRow, keep_faces, model_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from latentstudio.core.face_map import FaceMap
    from latentstudio.core.model_info import ModelInfo
    from latentstudio.ui.notices import NoticeStack

_LEFT, _LEFT_NARROW, _NARROW = 304, 232, 1024
_EDGE = 32
_RECENT, _RECENT_FROM = 4, 640  # files, from this height of the window on
_PLAIN_KEYS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier


class StartScreen(QWidget):
    """What covers the window until a face is chosen.

    Signals:
        model_chosen: what opens the model of a card.
        file_chosen: a recent file.
        open_asked: another file is wanted.
        face_chosen: a seed.
        random_asked: any face.
        others_asked: other faces on the map.
        left: go on with the face there is.
    """

    model_chosen = Signal(str)
    file_chosen = Signal(object)
    open_asked = Signal()
    face_chosen = Signal(object)
    random_asked = Signal()
    others_asked = Signal()
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("start")
        self.setAccessibleName("Start")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._cards: list[ModelCard] = []
        self._recent: list[RecentRow] = []
        self._side, self._main = QWidget(self), QWidget(self)
        self._build_side()
        self._build_main()
        theme.events.changed.connect(self._dress)
        self._dress()

    # --- building -------------------------------------------------------------------------------

    def _build_side(self) -> None:
        self._mark = QLabel()
        self._column = QVBoxLayout(self._side)
        head = QHBoxLayout()
        head.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Label("Latent Studio", role="metric", token="text"))
        words.addWidget(Label("Faces nobody has", token="muted"))
        head.addWidget(self._mark)
        head.addLayout(words, 1)
        self._models = QVBoxLayout()
        self._models.setSpacing(6)
        self._open = TextButton("Open a model", "folder-open")
        self._open.setObjectName("start.open")
        self._open.set_tooltip("A model, a session or a picture that carries its recipe  (Ctrl+O)")
        self._open.clicked.connect(self.open_asked)
        self._recent_title = Label("Recent", role="heading", token="text")
        self._files = QVBoxLayout()
        self._files.setSpacing(0)
        column = self._column
        column.addLayout(head)
        column.addSpacing(18)
        column.addWidget(Label("Models", role="heading", token="text"))
        column.addSpacing(4)
        column.addLayout(self._models)
        column.addSpacing(4)
        column.addWidget(self._open)
        column.addSpacing(18)
        column.addWidget(self._recent_title)
        column.addLayout(self._files)
        column.addStretch(1)

    def _build_main(self) -> None:
        self._title = Label("Pick a face to start", role="title", token="text")
        self._words = Label("", token="muted")
        self._leave = IconButton("x", "Go on with the face there is", "Esc")
        self._leave.setObjectName("start.leave")
        self._leave.clicked.connect(self.left)
        self.view = FaceMapView()
        self.view.setObjectName("start.faces")
        self.view.set_tooltip("Point at a face and click, or choose one with the arrows and Return")
        self.view.chosen.connect(self._take)
        self._hints = KeyHints()
        self._hints.set_hints(
            [
                ("← → ↑ ↓", "choose"),
                ("Space", "random"),
                ("Esc", "leave"),
                ("Drop", "any file"),
            ]
        )
        self.others = TextButton("More faces", "refresh-cw", flat=True)
        self.others.setObjectName("start.others")
        self.others.set_tooltip("Other faces on the same map")
        self.others.clicked.connect(self.others_asked)
        self.random = PrimaryButton("Random face", "dices")
        self.random.setObjectName("start.random")
        self.random.set_tooltip("A face from anywhere in the latent space  (Space)")
        self.random.clicked.connect(self.random_asked)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._leave, 0, Qt.AlignmentFlag.AlignTop)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._hints, 1)
        foot.addWidget(self.others)
        foot.addWidget(self.random)
        self._right = QVBoxLayout(self._main)
        self._right.addLayout(head)
        self._right.addWidget(self._words)
        self._right.addSpacing(8)
        self._right.addWidget(self.view, 1)
        self._right.addSpacing(8)
        self._right.addLayout(foot)

    def take_notices(self, notices: NoticeStack) -> None:
        """Show what there is to say here, where it is seen."""
        self._right.insertWidget(0, notices)

    # --- what is shown --------------------------------------------------------------------------

    def show_models(self, models: dict[str, Path], recent: list[Path]) -> None:
        """List what can be opened."""
        for row in (*self._cards, *self._recent):
            row.setParent(None)
            row.deleteLater()
        lines = [model_line(name, name, path) for name, path in models.items()]
        self._cards = [ModelCard(line, self) for line in lines if line is not None]
        for card in self._cards:
            card.setObjectName(f"start.model.{card.line.name}")
            card.set_tooltip("Show the faces of this model")
            card.clicked.connect(partial(self.model_chosen.emit, card.line.source))
            self._models.addWidget(card)
        self._recent = [RecentRow(path, self) for path in recent[:_RECENT]]
        for index, row in enumerate(self._recent):
            row.setObjectName(f"start.recent.{index}")
            row.clicked.connect(partial(self.file_chosen.emit, row.path))
            self._files.addWidget(row)
        self._fit()

    def show_model(self, info: ModelInfo | None) -> None:
        """Tick the open model and wait for its faces."""
        for card in self._cards:
            card.set_open(info is not None and card.line.model_id == info.model_id)
        self.view.set_map(None)
        self._say("Drawing its faces..." if info else "Opening the model...")

    def show_map(self, face_map: FaceMap, classes: Sequence[str] = ()) -> None:
        """Lay the faces out; their pictures come as they are drawn."""
        self.view.set_map(face_map, classes)
        self.view.point_at_middle()
        count = len(face_map.seeds)
        self._say(f"{count} faces this model can draw. Faces that look alike lie near each other.")

    def show_face(self, index: int, image: QImage, model_id: str) -> None:
        """A face of the map has been drawn; the first four stand for the model on its card."""
        self.view.set_image(index, image)
        images = self.view.images(CARD_FACES)
        if index < CARD_FACES and len(images) == CARD_FACES:
            for card in self._cards:
                if card.line.model_id == model_id:
                    card.set_faces(images)
                    keep_faces(model_id, images)

    def _say(self, words: str) -> None:
        self._words.setText(words)

    def _take(self, index: int) -> None:
        found = self.view.face_map()
        if found is not None:
            self.face_chosen.emit(found.seeds[index])

    # --- keys -----------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            key: QKeyEvent = event  # type: ignore[assignment]
            # What lies under the screen is not seen, so its single keys must not work on it.
            function = Qt.Key.Key_F1 <= key.key() <= Qt.Key.Key_F35
            if not function and not key.modifiers() & ~_PLAIN_KEYS:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() == Qt.Key.Key_Space:
            self.random_asked.emit()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round on the screen, not into what lies under it."""
        stops = [
            widget
            for widget in (self.view, *self._cards, self._open, *self._recent, self._leave,
                           self.others, self.random)
            if widget.isVisible() and widget.isEnabled()
        ]  # fmt: skip
        if not stops:  # on its way out
            return False
        now = QApplication.focusWidget()
        place = stops.index(now) if now in stops else -1
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        stops[(place + (1 if forward else -1)) % len(stops)].setFocus(reason)
        return True

    # --- size and look --------------------------------------------------------------------------

    def _dress(self) -> None:
        self._mark.setPixmap(icons.mark(theme.px(32), self.devicePixelRatioF()))
        edge = theme.px(_EDGE)
        self._column.setContentsMargins(theme.px(16), theme.px(16), theme.px(16), theme.px(16))
        self._right.setContentsMargins(edge, theme.px(26), edge, theme.px(24))
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        wide = self.width() >= theme.px(_NARROW)
        left = theme.px(_LEFT if wide else _LEFT_NARROW)
        self._side.setGeometry(0, 0, left, self.height())
        self._main.setGeometry(left, 0, self.width() - left, self.height())
        room = bool(self._recent) and self.height() >= theme.px(_RECENT_FROM)
        for widget in (self._recent_title, *self._recent):
            widget.setVisible(room)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.color("surround"))
        side = self._side.geometry()
        painter.fillRect(side, theme.color("panel"))
        painter.fillRect(side.right(), 0, 1, self.height(), theme.color("line"))
