"""SeenFaces: the pictures of a long row of faces, asked for as they come into sight."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QImage

from latentstudio.core.recipe import Recipe
from latentstudio.ui.controls.tile_views import FaceView
from latentstudio.ui.panel import Tasks

_SETTLE_MS = 60


class SeenFaces(QObject):
    """Fills the tiles that are on the screen, and as many again to each side.

    A row of thousands costs what a screen of it costs, and pictures that memory cannot hold all at
    once are not drawn again and again.
    """

    def __init__(self, view: FaceView, tasks: Tasks, owner: str) -> None:
        super().__init__(view)
        self._view, self._tasks, self._owner = view, tasks, owner
        self._recipes: list[Recipe] = []
        self._asked: tuple[int, int] | None = None
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._ask)
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(lambda _value: self._settle.start())
        view.viewport().installEventFilter(self)

    def show(self, recipes: Sequence[Recipe]) -> None:
        """Show these faces; those that were there before keep their pictures wherever they go."""
        pairs = zip(self._recipes, self._view.faces, strict=False)
        known = {recipe: face.image for recipe, face in pairs if face.image is not None}
        before, self._recipes = self._recipes, list(recipes)
        self._view.set_count(len(recipes))
        for place, recipe in enumerate(recipes):
            if place >= len(before) or before[place] != recipe:
                self._view.set_image(place, known.get(recipe))
        self._asked = None
        self._ask()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._settle.start()
        return False

    def _ask(self) -> None:
        first, last = self._sight()
        if (first, last) == self._asked:
            return
        self._asked = first, last

        def take(place: int, image: QImage) -> None:
            self._view.set_image(first + place, image)

        self._tasks.faces(self._owner, self._recipes[first:last], take)

    def _sight(self) -> tuple[int, int]:
        """The places from the first to behind the last that are near the screen."""
        page = self._view.viewport().rect()
        near = page.adjusted(-page.width(), -page.height(), page.width(), page.height())
        model = self._view.model()
        rects = (self._view.visualRect(model.index(i, 0)) for i in range(len(self._recipes)))
        seen = [place for place, rect in enumerate(rects) if rect.intersects(near)]
        return (seen[0], seen[-1] + 1) if seen else (0, 0)
