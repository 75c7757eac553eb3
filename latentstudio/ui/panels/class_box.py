"""ClassBox: which class answers are of, in models with classes."""

from dataclasses import replace

from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import ModelRef
from latentstudio.core.work import Work, finds_class
from latentstudio.ui.controls import Row, Segmented
from latentstudio.ui.panels.work_box import WorkBox


class ClassBox(WorkBox):
    """Found with the latent, or that of the face; hidden in models without classes."""

    key = "inpaint"

    def build(self) -> None:
        self._choice = Segmented(["Find it", "The face's"])
        self._choice.setObjectName("inpaint.class")
        self._choice.setAccessibleName("Class of the answers")
        self._choice.setToolTip(
            "Which class answers are of: the one that fits, found by trying all, or that of the "
            "face; for a picture of yours, that of the current face"
        )
        self._choice.chosen.connect(
            lambda at: self.edit("Class", lambda work: replace(work, find_class=at == 0))
        )
        self.rows.addWidget(Row("Class", self._choice, stretch=True))
        self.follow(self._show)
        self.hide()

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        self.setVisible(bool(info.classes))

    def _show(self, work: Work) -> None:
        model = ModelRef() if self.info is None else ModelRef.of(self.info)
        self._choice.set_current(0 if finds_class(work, model) else 1)
