"""MixSides: the faces A and B beside the picture that is mixed from them."""

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtWidgets import QWidget

from latentstudio.core import mixing
from latentstudio.core.document import Document
from latentstudio.core.mixing import Table
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.sources import LETTERS, Sources, effective, latents_of, shown_alone
from latentstudio.ui import theme
from latentstudio.ui.canvas import Canvas
from latentstudio.ui.controls.base import Control, painter_on, write
from latentstudio.ui.controls.faces import Face, paint_badge, paint_picture
from latentstudio.ui.panel import Tasks

_LEAST, _MOST = 96, 168  # pixels at 100 % that a face may have
_AROUND = 20
_WORDS = 44
_SETTLE_MS = 200


class SideFace(Control, QWidget):
    """A source with its letter, its name, and what of it is in the picture."""

    def __init__(self, letter: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._letter, self._face = letter, Face()
        self._title = self._gives = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.become(f"Source {letter} beside the picture")
        self.hide()

    def show_words(self, title: str, gives: str) -> None:
        """Its name, and what it gives."""
        self._title, self._gives = title, gives
        self.setAccessibleDescription(f"{title}: {gives}")
        self.update()

    def set_image(self, image: QImage | None) -> None:
        """Its picture."""
        self._face.image = image
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        edge = self.width()
        box = QRectF(0, 0, edge, edge)
        paint_picture(painter, box, self._face, 4)
        inset = theme.px(6)
        paint_badge(painter, box.topLeft() + QRectF(inset, inset, 0, 0).topLeft(), self._letter)
        middle, line = Qt.AlignmentFlag.AlignHCenter, theme.px(18)
        first = QRectF(0, edge + theme.px(6), edge, line)
        write(painter, first, self._title, role="strong", token="text", align=middle)
        write(painter, first.translated(0, line), self._gives, token="faint", align=middle)
        painter.end()


class MixSides(QObject):
    """Keeps A and B left and right of the picture while there is room for them."""

    def __init__(self, canvas: Canvas, document: Document, tasks: Tasks) -> None:
        super().__init__(canvas)
        self._canvas, self._document, self._tasks = canvas, document, tasks
        self._info: ModelInfo | None = None
        self._on = False
        self._drawn: tuple[object, ...] = ()
        self._faces = tuple(SideFace(letter, canvas) for letter in LETTERS[:2])
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._fill)
        canvas.installEventFilter(self)
        canvas.zoom_changed.connect(self._place)
        document.changed.connect(lambda _old, _new: self._follow())

    def show_model(self, info: ModelInfo) -> None:
        """Adapt to a model."""
        self._info = info
        self._drawn = ()
        self._follow()

    def show_in(self, workspace: str) -> None:
        """Show them in Mix only."""
        self._on = workspace == "mix"
        self._place()  # which hides them elsewhere
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self._on:
            QTimer.singleShot(0, self, self._place)
        return False

    def _sources(self) -> Sources:
        state = self._document.state
        return effective(state.sources, state.recipe)

    def _follow(self) -> None:
        """Say what each gives, at once; its face comes when the picture has settled."""
        if not self._on or self._info is None:
            return
        self._place()
        sources = self._sources()
        table = mixing.shares(self._document.recipe, latents_of(sources), self._info.style_layers)
        for row, (face, source) in enumerate(zip(self._faces, sources, strict=False)):
            face.show_words(source.title if source else "", given(table, row, self._info))
        self._settle.start()

    def _place(self) -> None:
        """Left and right in the middle of what the picture leaves, or nowhere."""
        canvas = self._canvas
        target = canvas.target()
        room = min(target.left(), canvas.width() - target.right())
        edge = min(theme.px(_MOST), int(room) - 2 * theme.px(_AROUND))
        fits = self._on and self._info is not None and edge >= theme.px(_LEAST)
        size = QSize(edge, edge + theme.px(_WORDS))
        middles = (target.left() / 2, (target.right() + canvas.width()) / 2)
        for face, source, middle in zip(self._faces, self._sources(), middles, strict=False):
            face.setVisible(fits and source is not None)
            if fits:
                face.resize(size)
                top = target.center().y() - edge / 2
                face.move(round(middle - edge / 2), round(top))

    def _fill(self) -> None:
        recipe = self._document.recipe
        there = [(i, s) for i, s in enumerate(self._sources()[:2]) if s is not None]
        faces = tuple(shown_alone(recipe, source.latent) for _, source in there)
        if faces == self._drawn or not self._on:
            return
        self._drawn = faces

        def take(index: int, image: QImage) -> None:
            self._faces[there[index][0]].set_image(image)

        self._tasks.faces("mix.sides", faces, take)


def given(table: Table, row: int, info: ModelInfo) -> str:
    """What a source gives to the picture, in words: its bands, or its share of everything."""
    even = mixing.weights(table)
    if even is not None:
        return f"{round(even[row] * 100)} %"
    if not mixing.is_mix(table):
        return ""
    names = [
        band.name.lower()
        for band in mixing.bands(info)
        if band.layers and table[row, list(band.layers)].mean() >= 0.5
    ]
    if not names:
        share = round(float(table[row].mean()) * 100)
        return f"{share} % of all layers" if share else "not in the picture"
    return " and ".join(names) if len(names) < 3 else "all bands"
