"""Stand: runs a demo on a screen: a document and an engine of its own, until Esc is held."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from latentstudio.core.attract import tour
from latentstudio.core.demo import DemoPlan, chosen_sliders
from latentstudio.core.direction import Direction, without_moves
from latentstudio.core.direction_edits import fits
from latentstudio.core.document import Document, State
from latentstudio.core.latent import seed_place
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.operator_log import OperatorLog
from latentstudio.core.random import fresh_seed
from latentstudio.core.recipe import (
    ModelRef,
    Recipe,
    place_of,
    seed_of,
    with_place,
    with_psi,
    with_seed,
    without_paste,
)
from latentstudio.engine.messages import Failure, Frame
from latentstudio.resources import bundled_models
from latentstudio.ui.bridge import EngineBridge
from latentstudio.ui.demo.attractor import Attractor
from latentstudio.ui.demo.awake import Awake
from latentstudio.ui.demo.demo_screen import DemoScreen
from latentstudio.ui.demo.keeper import Keeper
from latentstudio.ui.demo.steering import Steering, forget_way
from latentstudio.ui.demo.watch import Watch
from latentstudio.ui.faces import image_of

KEPT_MS = 1600
"""How long a kept face is said to be kept, and no other can be."""
_PSI = 0.8  # strangers that are a little nearer to the mean face are whole more often
_WALK = 2.0  # lattice steps for a drag across the whole picture

MakeBridge = Callable[[Document], EngineBridge]


class Stand(QObject):
    """A demo from its start to its end.

    Args:
        plan: what the operator has chosen.
        folder: the state folder, for the wall and the log.
        make_bridge: gives a document an engine of its own.
        start: the face to start over with; seed 0 where it is of another model.
        directions: the operator's own, beside those of the model.

    Signals:
        ended: Esc was held, or the model could not be opened; the screen is gone.
    """

    ended = Signal()

    def __init__(
        self,
        plan: DemoPlan,
        folder: Path,
        make_bridge: MakeBridge,
        start: Recipe | None = None,
        directions: Sequence[Direction] = (),
        clock: Callable[[], datetime] = datetime.now,
        next_seed: Callable[[], int] = fresh_seed,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.plan, self._own = plan, tuple(directions)
        self.start_state = start or Recipe()
        self._next_seed = next_seed
        self.log = OperatorLog(folder, clock)
        self.document = Document(State(self.start_state))
        self.bridge = make_bridge(self.document)
        self.screen = DemoScreen(plan.headline, ())
        self.watch = Watch(self.screen, plan.idle)
        self.keeper = Keeper(plan, folder, self.bridge, self.log, self, clock)
        self.steering = Steering(self.document, self.bridge, self)
        self.attractor = Attractor(self.document, self.bridge, self)
        self._awake = Awake()
        self._walk_from: tuple[float, float] | None = None
        self._wall: tuple[Recipe, ...] = ()
        self._kept = QTimer(self, singleShot=True, interval=KEPT_MS)
        self._kept.timeout.connect(self._may_keep)
        self.failure: Failure | None = None
        self._running = True
        self._connect()

    def _connect(self) -> None:
        screen, bridge = self.screen, self.bridge
        bridge.opened.connect(self._opened)
        bridge.frame_ready.connect(self._show)
        bridge.failed.connect(self._failed)
        screen.picture.dragged.connect(self._walk)
        screen.picture.released.connect(self._end_walk)
        screen.new.clicked.connect(lambda: self.new_face())
        screen.keep.clicked.connect(lambda: self.keep())
        screen.wall.picked.connect(self._go_to)
        screen.arranged.connect(self._fill_wall)
        self.keeper.wall_changed.connect(self._fill_wall)
        self.watch.gone.connect(self._attract)
        self.watch.woken.connect(self.start_over)
        self.watch.holding.connect(screen.ring.show_share)
        self.watch.left.connect(self.leave)
        self.attractor.reached.connect(self._reached)

    # --- from start to end ----------------------------------------------------------------------

    def begin(self) -> None:
        """Fill the screen, then start the engine: it imports torch, so after the first paint."""
        screens = QGuiApplication.screens()
        self.screen.fill(screens[self.plan.screen if self.plan.screen < len(screens) else 0])
        self._awake.start()
        QTimer.singleShot(0, self, self._start_engine)

    def _start_engine(self) -> None:
        if self._running:
            best = next(iter(bundled_models()), "")
            self.bridge.start()
            self.bridge.open(self.plan.model or best)

    def leave(self) -> None:
        """End the demo; the files that are being written are finished first."""
        if not self._running:
            return
        self._running = False
        self.watch.stop()
        self.attractor.stop()
        self.steering.stop()
        self._kept.stop()
        self.screen.may_close = True
        self.screen.close()
        self.bridge.close()
        self.keeper.close()
        self._awake.stop()
        self.ended.emit()
        self.screen.deleteLater()

    def _opened(self, info: ModelInfo) -> None:
        model = ModelRef.of(info)
        if self.start_state.model != model:
            self.start_state = with_psi(Recipe(model), _PSI if info.has_truncation else 1.0)
        self.start_state = without_paste(self.start_state)
        known = {d.name: d for d in (*self._own, *info.directions) if fits(d, info)}
        attributes = [d.name for d in known.values() if d.group != "components"]
        names = chosen_sliders(self.plan.sliders, attributes or list(known))
        self.screen.set_sliders(names)
        self.watch.watch_all()
        self.keeper.show_model(info)
        self.start_over()
        self.steering.steer(self.screen.sliders, [known[name] for name in names], info)
        self._fill_wall()

    def _failed(self, failure: Failure) -> None:
        """Nothing of it is said to visitors; without a model there is no demo."""
        self.log.say(str(failure.error))
        if failure.what == "open" and self.bridge.info is None:
            self.failure = failure
            self.leave()

    # --- what visitors do -----------------------------------------------------------------------

    def new_face(self) -> None:
        """A face from anywhere, as it is."""
        seed = self._next_seed()
        self._edit(with_seed(without_moves(self.start_state), seed))

    def keep(self) -> None:
        """Keep the face on show, once in a while."""
        if self._kept.isActive() or self.bridge.info is None:
            return
        self._kept.start()
        self.screen.keep.set_words("It is on the wall")
        self.keeper.keep(self.document.recipe)

    def start_over(self) -> None:
        """Everything as the next visitor is to find it."""
        self.attractor.stop()
        self._walk_from = None
        self.screen.let_go()
        self.bridge.forget_frames()  # hours of strangers' faces are not seen again
        self.document.replace_all(State(self.start_state), "Visitor")
        self.screen.set_attract(False)
        self._may_keep()
        self._fill_wall()

    def _go_to(self, place: int) -> None:
        if place < len(self._wall):
            self._edit(self._wall[place])

    def _walk(self, dx: float, dy: float) -> None:
        recipe = self.document.recipe
        if self.bridge.info is None:
            return
        if self._walk_from is None:
            self._walk_from = place_of(recipe) or seed_place(seed_of(recipe) or 0)
        x, y = self._walk_from
        there = with_place(recipe, x - dx * _WALK, y - dy * _WALK)
        self.document.edit_recipe("Walk", lambda _recipe: there, "demo.walk")

    def _end_walk(self) -> None:
        self._walk_from = None
        forget_way(self.document)

    def _edit(self, recipe: Recipe) -> None:
        if self.bridge.info is not None:
            self.document.replace_all(State(recipe), "Visitor")

    def _may_keep(self) -> None:
        self._kept.stop()
        self.screen.keep.set_words("Keep it")

    # --- what is shown --------------------------------------------------------------------------

    def _show(self, frame: Frame) -> None:
        self.screen.picture.show_image(image_of(frame.pixels))

    def _attract(self) -> None:
        if self.bridge.info is None or not self._running:
            return
        self.screen.let_go()
        self._fill_wall()
        self.screen.set_attract(True)
        self.attractor.start(tour(self._wall, self.start_state, self._next_seed))

    def _reached(self, place: int) -> None:
        self.screen.wall.set_current(place if place < len(self._wall) else None)

    def _fill_wall(self) -> None:
        """Hang the newest faces of today, as many as there is room for."""
        info = self.bridge.info
        if info is None or not self._running:
            return
        self._wall = self.keeper.faces(ModelRef.of(info))
        shown = self._wall[: self.screen.wall.room]
        self.screen.wall.set_count(len(shown))
        self.bridge.faces("demo.wall", shown, self.screen.wall.set_image)
