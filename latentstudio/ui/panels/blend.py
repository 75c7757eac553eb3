"""Blend: how what was drawn is set into the picture, and back into the photograph."""

from dataclasses import replace

from PySide6.QtCore import Signal

from latentstudio.core.paste import SEAMS
from latentstudio.core.recipe import Recipe, without_paste
from latentstudio.ui.controls import InfoLine, Segmented, TextButton
from latentstudio.ui.panel import Panel


class BlendPanel(Panel):
    """How what was drawn is set into the picture.

    Signals:
        paste_back_asked: the result is to be written into the whole photograph.
    """

    key = "blend"
    title = "Blend"
    icon = "blend"
    paste_back_asked = Signal()

    def build(self) -> None:
        self._seams = Segmented(["Poisson", "Feather", "None"])
        self._seams.setObjectName("inpaint.blend")
        self._seams.setAccessibleName("Seam")
        self._seams.setToolTip(
            "Poisson fits light and colour to the border, feather fades over it, none cuts"
        )
        self._seams.chosen.connect(self._choose)
        self.body.addWidget(self._seams)
        self._facts = InfoLine("", "ok")
        self.body.addWidget(self._facts)
        self.back = TextButton("Paste back into the photo...", "download")
        self.back.setObjectName("inpaint.paste_back")
        self.back.set_tooltip(
            "Write the whole photograph at its own size with the result in it  (Ctrl+Shift+V)"
        )
        self.back.clicked.connect(self.paste_back_asked)
        self.body.addWidget(self.back)
        self._whole = InfoLine("", "info", "Show the whole face")
        self._whole.link.setObjectName("inpaint.whole_face")
        self._whole.link.setToolTip("Take the face out of the picture it was set into")
        self._whole.activated.connect(
            lambda: self.document.edit_recipe("Show the whole face", without_paste)
        )
        self.body.addWidget(self._whole)
        self.follow(self._show)

    def summary(self, recipe: Recipe) -> str:
        return self.document.state.work.blend.capitalize()

    def _choose(self, at: int) -> None:
        def change(recipe: Recipe) -> Recipe:
            paste = recipe.paste
            return recipe if paste is None else replace(recipe, paste=replace(paste, blend=seam))

        seam = SEAMS[at]
        self.document.edit(
            "Blend",
            lambda s: replace(s, recipe=change(s.recipe), work=replace(s.work, blend=seam)),
        )

    def _show(self, recipe: Recipe) -> None:
        blend = self.document.state.work.blend
        self._seams.set_current(SEAMS.index(blend))
        beyond = "the mask and its feathered border" if blend == "feather" else "the mask"
        self._facts.set_text(f"No byte changes outside of {beyond}.")
        paste = recipe.paste
        self._whole.setVisible(paste is not None)
        if paste is not None and paste.missing:
            self._whole.set_text("The photo is missing: the whole face is shown.")
        elif paste is not None:
            self._whole.set_text("The current face stands in a picture.")
