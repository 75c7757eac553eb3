"""Picture: what is to be repaired: the current face, one that was kept, or a picture of yours."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage

from latentstudio.core.crop import MAX_ZOOM, Crop, halvings, shrunk
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.paste import Picture
from latentstudio.core.recipe import Recipe, title_of
from latentstudio.core.work import Work, source_face, with_crop, with_picture
from latentstudio.ui.controls import InfoLine, SliderRow
from latentstudio.ui.controls.photo_card import CropView, PhotoCard
from latentstudio.ui.face_mime import carries_faces, recipes_of
from latentstudio.ui.panel import Panel, Shown

LABEL, FIELD = 72, 58  # pixels at 100 % of the columns beside every track of this rail
_SHOWN = 260  # pixels of the small picture behind the crop


def picture_of(shown: Shown) -> tuple[Picture, Recipe | None]:
    """The face on the canvas as a picture, and the recipe that can stand for it."""
    pixels = np.ascontiguousarray(shown.pixels[..., 2::-1])
    return Picture(pixels, title_of(shown.recipe)), source_face(shown.recipe)


def with_current(work: Work, shown: Shown | None) -> Work:
    """The work; on the current face where no picture was chosen yet."""
    if work.picture is not None or shown is None:
        return work
    return with_picture(work, *picture_of(shown))


def when_drawn(panel: Panel, go_on: Callable[[Shown | None], None]) -> None:
    """Go on with the current face once it is as its model draws it, if it is to be repaired."""
    if panel.document.state.work.picture is None and panel.tasks.frame is not None:
        panel.tasks.with_full_frame(go_on)
    else:
        go_on(None)


def small_image(picture: Picture) -> QImage:
    """A QImage of at most 260 pixels a side."""
    pixels = shrunk(picture, halvings(max(picture.size), 2 * _SHOWN))
    height, width, _ = pixels.shape
    kind, smooth = QImage.Format.Format_RGB888, Qt.TransformationMode.SmoothTransformation
    whole = QImage(pixels.data, width, height, width * 3, kind)
    keep = Qt.AspectRatioMode.KeepAspectRatio
    # The copy is of a small one, which may still look at the pixels of the picture.
    return whole.scaled(min(width, _SHOWN), min(height, _SHOWN), keep, smooth).copy()


class PhotoPanel(Panel):
    """The sources of a repair.

    Signals:
        open_asked: a picture is to be opened; ``face_dropped`` a face is to be taken.
    """

    key = "photo"
    title = "Picture"
    icon = "image"
    open_asked = Signal()
    face_dropped = Signal(object)

    def build(self) -> None:
        self._picture: Picture | None = None
        self.used = PhotoCard("Chosen picture", "")
        self.current = PhotoCard("Current face", "")
        self.open = PhotoCard("Open a picture", "or paste, or drop it anywhere", "image")
        for name, card, words in (
            ("picture", self.used, "The picture that is repaired"),
            ("current", self.current, "Repair the face of the other workspaces as it is now"),
            ("open", self.open, "Repair a picture of yours: PNG, JPEG, WebP and others  (Ctrl+V)"),
        ):
            self.body.addWidget(card)
            self.body.addSpacing(4)
            card.setObjectName(f"inpaint.{name}")
            card.set_tooltip(words)
        self.current.clicked.connect(self.take_current)
        self.open.clicked.connect(self.open_asked)
        self.tasks.frame_ready.connect(self._show_frame)
        self.follow(lambda _recipe: self._show_work())
        self.setAcceptDrops(True)

    def summary(self, recipe: Recipe) -> str:
        picture = self.document.state.work.picture
        return picture.name if picture is not None else "current face"

    def take_current(self) -> None:
        """Repair the face that the canvas shows."""
        self.tasks.with_full_frame(lambda shown: self.take(*picture_of(shown)))

    def take(self, picture: Picture, face: Recipe | None = None) -> None:
        """Repair a picture."""
        self.document.edit(
            f"Repair {picture.name}",
            lambda state: replace(state, work=with_picture(state.work, picture, face)),
        )

    def _show_work(self) -> None:
        work = self.document.state.work
        self.used.setVisible(work.picture is not None)
        if work.picture is not None and work.picture is not self._picture:
            self.used.set_image(small_image(work.picture))
        self._picture = work.picture
        self.current.set_used(work.picture is None)
        self.used.set_used(work.picture is not None)
        if work.picture is not None:
            width, height = work.picture.size
            kind = "a generated face" if work.face is not None else _cropped(work)
            self.used.show_words(work.picture.name, f"{width} × {height}, {kind}")

    def _show_frame(self, shown: Shown) -> None:
        self.current.show_words("Current face", title_of(shown.recipe))
        if self.isVisible():
            self.current.set_image(small_image(picture_of(shown)[0]))

    def fill_faces(self) -> None:
        if self.tasks.frame is not None:
            self._show_frame(self.tasks.frame)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if carries_faces(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        faces = recipes_of(event.mimeData())
        if faces:
            event.acceptProposedAction()
            self.face_dropped.emit(faces[0])


class CropPanel(Panel):
    """Which square of the picture goes into the model's frame."""

    key = "crop"
    title = "Crop to the model"
    icon = "crop"

    def build(self) -> None:
        self._picture: Picture | None = None
        self._small: QImage | None = None
        self.view = CropView()
        self.body.addWidget(self.view)
        self.view.setObjectName("inpaint.crop")
        self.view.set_tooltip("Drag the square, wheel to zoom, arrows to nudge")
        self.view.moved.connect(lambda x, y: self._edit("Crop", lambda c: replace(c, x=x, y=y)))
        self.view.ended.connect(self.document.end_gesture)
        self.view.zoom_asked.connect(self._wheel)
        self.zoom = self._row(
            "crop_zoom", "Zoom", (1, MAX_ZOOM), 1.0, "How much of the picture is taken",
            lambda crop, value: replace(crop, zoom=value), unit="×",
        )  # fmt: skip
        self.angle = self._row(
            "crop_angle", "Rotate", (-45, 45), 0.0, "Set a face upright",
            lambda crop, value: replace(crop, angle=value), unit="°", step=1, decimals=0,
            signed=True,
        )  # fmt: skip
        self._note = InfoLine("")
        self.body.addWidget(self._note)
        self.follow(lambda _recipe: self._show_work())

    def summary(self, recipe: Recipe) -> str:
        crop = self.document.state.work.crop
        return "whole" if crop == Crop() else f"{crop.zoom:.2f}×"

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        self._show_work()

    def _row(
        self,
        name: str,
        label: str,
        limits: tuple[float, float],
        default: float,
        tooltip: str,
        change: Callable[[Crop, float], Crop],
        **look: object,
    ) -> SliderRow:
        row = SliderRow(
            label, *limits, default, label_width=LABEL, field_width=FIELD,
            **look,  # type: ignore[arg-type]
        )  # fmt: skip
        row.setObjectName(f"inpaint.{name}")
        row.set_tooltip(tooltip)
        self.body.addWidget(row)
        row.moved.connect(lambda value: self._edit(label, lambda crop: change(crop, value)))
        row.committed.connect(lambda _value: self.document.end_gesture())
        return row

    def _edit(self, label: str, change: Callable[[Crop], Crop]) -> None:
        self.document.edit(
            label,
            lambda state: replace(state, work=with_crop(state.work, change(state.work.crop))),
            f"inpaint.{label}",
        )

    def _wheel(self, steps: int) -> None:
        zoom = min(max(self.document.state.work.crop.zoom * 1.05**steps, 1.0), MAX_ZOOM)
        self._edit("Zoom", lambda crop: replace(crop, zoom=zoom))

    def _show_work(self) -> None:
        work = self.document.state.work
        if work.picture is not self._picture:
            self._picture = work.picture
            self._small = None if work.picture is None else small_image(work.picture)
        side = self.info.resolution if self.info else 0
        words = _advice(work, side)
        self._note.set_text(words)
        self._note.setVisible(bool(words))
        there = work.picture is not None and work.face is None
        for widget in (self.view, self.zoom, self.angle):
            widget.setVisible(there)
        if work.picture is not None:
            self.view.show_crop(self._small, work.picture.size, work.crop)
            self.zoom.set_value(work.crop.zoom)
            self.angle.set_value(work.crop.angle)


def _advice(work: Work, side: int) -> str:
    if work.picture is None or work.face is not None:
        return "A generated face fits as it is."
    width, height = work.picture.size
    if min(width, height) < side:
        return f"Smaller than the model's {side} pixels a side: it is enlarged."
    return ""


def _cropped(work: Work) -> str:
    width, height = work.picture.size if work.picture is not None else (1, 1)
    return "whole" if width == height and work.crop == Crop() else "cropped"
