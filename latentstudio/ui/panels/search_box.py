"""SearchBox: how answers of inpainting and restoration are looked for."""

from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QWidget

from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Space
from latentstudio.core.tasks import has_styles, space_in
from latentstudio.core.work import SETTINGS, Work
from latentstudio.ui import theme
from latentstudio.ui.controls import InfoLine, Label, Row, Segmented
from latentstudio.ui.panels.work_box import WorkBox

SPACES: tuple[Space, ...] = ("z", "w", "w+")


def space_row(box: WorkBox, name: str, tooltip: str) -> tuple[Segmented, Row]:
    """Z, w and w+ side by side; which of them a model has is told by ``offer_spaces``."""
    spaces = Segmented(list(SPACES))
    spaces.setObjectName(f"{box.key}.{name}")
    spaces.setAccessibleName("Space of the search")
    spaces.setToolTip(tooltip)
    return spaces, Row("Space", spaces, stretch=True)


def offer_spaces(spaces: Segmented, info: ModelInfo) -> None:
    """Say of w and w+ why a model lacks them."""
    reason = "" if has_styles(info) else f"{info.name} does not map its latents to styles"
    for place in (1, 2):
        spaces.set_segment_reason(place, reason)


class SearchBox(WorkBox):
    """Candidates, steps, realism, space and seed."""

    key = "inpaint"

    def build(self) -> None:
        whole = {"step": 1, "decimals": 0}
        self.slider(
            "candidates", "Candidates", (1, 64), SETTINGS.candidates,
            "How many answers to choose from", lambda work: work.search.candidates,
            lambda w, v: replace(w, search=replace(w.search, candidates=round(v))), **whole,
        )  # fmt: skip
        self.slider(
            "steps", "Steps", (10, 1000), SETTINGS.steps, "More take longer and fit better",
            lambda work: work.search.steps,
            lambda w, v: replace(w, search=replace(w.search, steps=round(v))), **whole,
        )  # fmt: skip
        self.slider(
            "realism", "Realism", (0, 0.2), SETTINGS.realism,
            "Weight of what the discriminator says, lambda: little fits the known pixels best, "
            "much looks most like a face", lambda work: work.search.realism,
            lambda w, v: replace(w, search=replace(w.search, realism=v)), step=0.005, decimals=3,
        )  # fmt: skip
        self.rows.addWidget(_Ends())
        self._critic = InfoLine("")
        self.rows.addWidget(self._critic)
        self._space, row = space_row(
            self, "space", "Where answers are looked for: z is the safest, w+ fits closest"
        )
        self._space.chosen.connect(self._choose_space)
        self.rows.addWidget(row)
        self.follow(self._show_space)
        self.seed(
            lambda work: work.search.seed,
            lambda work, seed: replace(work, search=replace(work.search, seed=seed)),
        )

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        offer_spaces(self._space, info)
        words = "" if info.critic else "No discriminator in this model: its prior stands in."
        self._critic.set_text(words)
        self._critic.setVisible(bool(words))

    def _choose_space(self, at: int) -> None:
        self.edit("Space", lambda w: replace(w, search=replace(w.search, space=SPACES[at])))

    def _show_space(self, work: Work) -> None:
        space = work.search.space
        self._space.set_current(SPACES.index(space_in(self.info, space) if self.info else space))


class _Ends(QWidget):
    """What little and much realism give, under the ends of its track."""

    def __init__(self) -> None:
        super().__init__()
        self._line = QHBoxLayout(self)
        self._line.setSpacing(0)
        self._line.addWidget(Label("closest", role="small", token="faint"))
        self._line.addStretch(1)
        self._line.addWidget(Label("best face", role="small", token="faint"))
        theme.events.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self._line.setContentsMargins(theme.px(104), 0, theme.px(64), theme.px(6))
