"""ProjectBox: how a picture is looked for in a model."""

import importlib.util
from collections.abc import Callable
from dataclasses import replace

from latentstudio.core.model_info import ModelInfo
from latentstudio.core.search import FEATURES, Features
from latentstudio.core.tasks import Projecting, space_in
from latentstudio.core.work import PROJECTING, Work
from latentstudio.ui.controls import InfoLine, Segmented, Toggle
from latentstudio.ui.panels.search_box import SPACES, offer_spaces, space_row
from latentstudio.ui.panels.work_box import WorkBox

_FACTS = {
    "z": "z: a face that the model could have drawn by chance; every control works on it.",
    "w": "w: closer than z, and as easy to steer.",
    "w+": "w+: a style for every layer; the closest, and the least of a face to steer.",
}
_JUDGES: dict[Features, tuple[str, str]] = {
    "auto": ("Auto", "The discriminator, else a referee, else pixels and edges alone"),
    "critic": ("Critic", "What the model's discriminator sees, and the pixels"),
    "referee": ("Referee", "What the network that reads drawn faces sees, and the pixels"),
    "lpips": ("LPIPS", "What a network that knows photographs sees, and the pixels"),
    "none": ("Pixels", "Pixels and edges alone"),
}


class ProjectBox(WorkBox):
    """Space, steps, starts, how typical the answer is to be, and the noise."""

    key = "project"

    def build(self) -> None:
        self._space, row = space_row(self, "space", "Where the picture is looked for")
        self._space.chosen.connect(
            lambda at: self._edit("Space", lambda p: replace(p, space=SPACES[at]))
        )
        self.rows.addWidget(row)
        self._facts = InfoLine("")
        self.rows.addWidget(self._facts)
        whole = {"step": 1, "decimals": 0}
        self.slider(
            "steps", "Steps", (20, 1000), PROJECTING.steps, "More take longer and come closer",
            lambda work: work.project.steps,
            lambda w, v: replace(w, project=replace(w.project, steps=round(v))), **whole,
        )  # fmt: skip
        self.slider(
            "starts", "Starts", (1, 64), PROJECTING.starts,
            "Places to begin from; most are given up on the way",
            lambda work: work.project.starts,
            lambda w, v: replace(w, project=replace(w.project, starts=round(v))), **whole,
        )  # fmt: skip
        self.slider(
            "prior", "Stay typical", (0, 0.05), PROJECTING.prior,
            "Weight of the distance from where faces are: little comes closest to the picture, "
            "much stays a face that can be steered", lambda work: work.project.prior,
            lambda w, v: replace(w, project=replace(w.project, prior=v)), step=0.001, decimals=3,
        )  # fmt: skip
        self._build_judges()
        self.seed(
            lambda work: work.project.seed,
            lambda work, seed: replace(work, project=replace(work.project, seed=seed)),
        )
        self._noise = Toggle("Fit the noise, too")
        self._noise.setObjectName("project.tune_noise")
        self._noise.set_tooltip(
            "Adds an answer whose noise was fitted as well: a picture to save, no face to steer"
        )
        self._noise.clicked.connect(
            lambda on: self._edit("Fit the noise", lambda p: replace(p, tune_noise=bool(on)))
        )
        self.rows.addWidget(self._noise)
        self.follow(self._show)

    def _build_judges(self) -> None:
        self._judges = Segmented([word for word, _ in _JUDGES.values()])
        self._judges.setObjectName("project.features")
        self._judges.setAccessibleName("Who looks beside the pixels")
        self._judges.setToolTip("Who looks at the face beside the pixels")
        for segment, (_, tooltip) in zip(self._judges.segments, _JUDGES.values(), strict=True):
            segment.set_tooltip(tooltip)
        self._judges.chosen.connect(
            lambda at: self._edit("Judge", lambda p: replace(p, features=FEATURES[at]))
        )
        self.rows.addWidget(self._judges)
        absent = importlib.util.find_spec("lpips") is None
        reason = "pip install lpips brings it" if absent else ""
        self._judges.set_segment_reason(FEATURES.index("lpips"), reason)

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        blind = "" if info.critic else f"{info.name} brings no discriminator"
        self._judges.set_segment_reason(FEATURES.index("critic"), blind)
        offer_spaces(self._space, info)
        self._noise.set_reason("" if info.has_noise else f"{info.name} draws without noise")

    def _edit(self, label: str, change: Callable[[Projecting], Projecting]) -> None:
        self.edit(label, lambda work: replace(work, project=change(work.project)))

    def _show(self, work: Work) -> None:
        space = work.project.space
        space = space_in(self.info, space) if self.info else space
        self._space.set_current(SPACES.index(space))
        self._facts.set_text(_FACTS[space])
        self._judges.set_current(FEATURES.index(work.project.features))
        self._noise.setChecked(work.project.tune_noise)
