"""Sources: the faces A, B, C, ... that the picture is mixed from."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from latentstudio.core import mixing
from latentstudio.core.document import State
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.random import fresh_seed
from latentstudio.core.recipe import Latent, Recipe, Seed, title_of
from latentstudio.core.sources import (
    LETTERS,
    Source,
    Sources,
    followed,
    latents_of,
    plain_latent,
    shown_alone,
    swapped,
    with_source,
)
from latentstudio.ui.controls import FittingButton, IconButton, InfoLine, SourceCard
from latentstudio.ui.panels.mix_panel import MixPanel, sources_of, trimmed

_FIRST = 4  # cards that are always there
_GALLERY = 12  # kept faces that a menu offers
_FULL = "All eight sources are taken"
_OFF = "The picture is another face: Shift+A makes it A, any handle goes back to the mix."


class SourcesPanel(MixPanel):
    """A card for each source; the letters stay while the picture changes."""

    key = "sources"
    title = "Sources"
    icon = "images"
    body_gap = 6

    def build(self) -> None:
        self._drawn: tuple[Recipe | None, ...] = ()
        self._waiting: dict[int, Callable[[Latent], None]] = {}
        self._add = IconButton("plus", "Another random face as a source")
        self.name_control("add", self._add)
        self._add.clicked.connect(self.add_face)
        self._renew = IconButton("dices", "New faces for all sources that are not locked")
        self.name_control("random", self._renew)
        self._renew.clicked.connect(self.renew)
        for button in (self._add, self._renew):
            self.add_action(button)
        self._cards = [self._card(index) for index in range(len(LETTERS))]
        self.body.addWidget(self._buttons())
        self._off = InfoLine(_OFF)
        self.body.addWidget(self._off)
        self.follow(lambda _recipe: self._show_sources())
        self.tasks.job_changed.connect(self._job_changed)

    def summary(self, recipe: Recipe) -> str:
        letters = [LETTERS[i] for i, source in enumerate(self.sources) if source is not None]
        return ", ".join(letters) if letters else "none"

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        self._drawn = ()
        self._waiting.clear()

    # --- what can be done -------------------------------------------------------------------------

    def put_current(self, index: int) -> None:
        """Make the face on show source A (0), B (1), ...; the picture stays."""
        recipe = self.document.recipe
        name = "" if len(recipe.anchors) == 1 else title_of(recipe)

        def put(latent: Latent) -> None:
            self._edit(
                f"Source {LETTERS[index]}",
                lambda state: replace(
                    state,
                    # Another face may be wanted by now; it stays.
                    recipe=shown_alone(recipe, latent) if state.recipe == recipe else state.recipe,
                    sources=with_source(state.sources, index, Source(latent, name)),
                ),
            )

        if self._is_locked(index):
            return
        self._with_latent(recipe, f"Source {LETTERS[index]}", put)

    def put_face(self, index: int, face: Recipe) -> None:
        """Make a kept or dropped face a source; the letter keeps its shares."""
        if face.model != self.document.recipe.model or self._is_locked(index):
            return
        name = "" if plain_latent(face, self.document.recipe) else title_of(face)
        self._with_latent(
            face,
            f"Source {LETTERS[index]}",
            lambda latent: self._replace(index, Source(latent, name)),
        )

    def put_seed(self, index: int, seed: int) -> None:
        """Make a seed a source."""
        self._replace(index, Source(Seed(seed)))

    def remove(self, index: int) -> None:
        """Empty a place; its shares go to the others."""
        self._replace(index, None)

    def add_face(self) -> None:
        """A random face in the first free place; the picture stays."""
        free = next((i for i, s in enumerate(self._places()) if s is None), None)
        if free is not None:
            self.put_seed(free, fresh_seed())

    def renew(self) -> None:
        """New random faces for all that are there and not locked."""
        fresh = {
            i: Source(Seed(fresh_seed()))
            for i, source in enumerate(self.sources)
            if source is not None and not source.locked
        }
        self._change(
            "New sources",
            lambda sources: tuple(fresh.get(i, source) for i, source in enumerate(sources)),
        )

    def swap(self) -> None:
        """Exchange A and B; the shares stay with the letters."""
        self._change("Swap A and B", swapped)

    def copy(self) -> None:
        """Make B the same face as A, to change one of them."""
        a = self.sources[0]
        if a is not None and not self._is_locked(1):
            self._replace(1, replace(a, locked=False))

    def show_alone(self, index: int) -> None:
        """Show one source and nothing of the others."""
        source = self.sources[index]
        if source is not None:
            latent = source.latent
            self.mix(f"{LETTERS[index]} alone", lambda r, _l, _n: shown_alone(r, latent))

    # --- building ---------------------------------------------------------------------------------

    def _card(self, index: int) -> SourceCard:
        letter = LETTERS[index]
        card = SourceCard(letter)
        for name, widget, tooltip in (
            ("face", card.tile, f"Show {letter} alone"),
            ("seed", card.seed, f"The seed of {letter}"),
            ("lock", card.lock, ""),
            ("menu", card.more, ""),
        ):
            self.name_control(f"{letter.lower()}.{name}", widget, tooltip)
        card.setObjectName(f"{self.key}.{letter.lower()}")
        card.set_tooltip(f"Drop a face here to make it {letter}")
        card.shown.connect(partial(self.show_alone, index))
        card.locked.connect(partial(self._lock, index))
        card.dropped.connect(partial(self.put_face, index))
        card.seed_typed.connect(partial(self.put_seed, index))
        card.menu.aboutToShow.connect(partial(self._fill_menu, index))
        self.body.addWidget(card)
        return card

    def _buttons(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 2, 0, 0)
        self._swap = FittingButton("Swap A and B", "arrow-left-right", flat=True)
        self._swap.clicked.connect(self.swap)
        self._copy = FittingButton("Copy A to B", "copy", flat=True)
        self._copy.clicked.connect(self.copy)
        self.name_control("swap", self._swap, "Exchange the faces of A and B  (X)")
        self.name_control("copy", self._copy, "Make B the same face as A, to change one of them")
        line.addWidget(self._swap)
        line.addStretch(1)
        line.addWidget(self._copy)
        return row

    def _fill_menu(self, index: int) -> None:
        card, letter = self._cards[index], LETTERS[index]
        source = self._places()[index]
        menu = card.menu
        menu.clear()  # which leaves what it opened of its own
        for opened in menu.findChildren(QMenu):
            opened.deleteLater()
        seed = source.latent.value if source and isinstance(source.latent, Seed) else 0
        lines: list[tuple[str, Callable[[], object]]] = [
            ("Random face", lambda: self.put_seed(index, fresh_seed())),
            ("Seed number...", lambda: card.ask_seed(seed)),
            (f"The face on show\tShift+{letter}", lambda: self.put_current(index)),
        ]
        locked = source is not None and source.locked
        for words, act in lines:
            line = menu.addAction(words)
            line.triggered.connect(lambda _on=False, act=act: act())
            line.setEnabled(not locked)
        kept = self.document.state.gallery[-_GALLERY:]
        gallery = menu.addMenu("From the gallery" if kept else "From the gallery: nothing kept")
        gallery.setEnabled(bool(kept) and not locked)
        for one in reversed(kept):
            name = one.note or title_of(one.recipe)
            gallery.addAction(name).triggered.connect(partial(self._put_kept, index, one.recipe))
        menu.addSeparator()
        out = menu.addAction(f"Take {letter} out")
        out.setEnabled(source is not None and not locked)
        out.triggered.connect(lambda: self.remove(index))

    def _put_kept(self, index: int, face: Recipe, _checked: bool = False) -> None:
        self.put_face(index, face)

    # --- showing ----------------------------------------------------------------------------------

    def _show_sources(self) -> None:
        sources = self._places()
        shown = max(_FIRST, sum(1 for i, s in enumerate(sources) if s is not None and i >= _FIRST))
        last = max((i for i, s in enumerate(sources) if s is not None), default=0)
        for index, card in enumerate(self._cards):
            source = sources[index]
            card.setVisible(index < max(shown, last + 1))
            locked = source is not None and source.locked
            card.show_source(source.title if source else "", source.kind if source else "", locked)
        self._add.set_reason("" if None in sources else _FULL)
        self._renew.set_reason("" if any(sources) else "There are no sources yet")
        a, b = sources[:2]
        locked = any(s is not None and s.locked for s in (a, b))
        self._swap.set_reason("A locked source stays where it is" if locked else "")
        no_copy = "A is empty" if a is None else "B is locked" if b and b.locked else ""
        self._copy.set_reason(no_copy)
        self._off.setVisible(any(sources) and not mixing.is_mix(self.table()))

    def fill_faces(self) -> None:
        """Ask for the faces of the sources, each alone."""
        recipe = self.document.recipe
        faces = tuple(
            None if source is None else shown_alone(recipe, source.latent)
            for source in self._places()
        )
        if faces != self._drawn and self.info is not None:
            self._drawn = faces
            there = [(i, face) for i, face in enumerate(faces) if face is not None]

            def take(index: int, image: QImage) -> None:
                self._cards[there[index][0]].set_image(image)

            self.tasks.faces(self.key, [face for _, face in there], take)

    # --- editing ----------------------------------------------------------------------------------

    def _places(self) -> Sources:
        """The sources on show in all eight places."""
        sources = self.sources
        return (*sources, *[None] * (len(LETTERS) - len(sources)))

    def _is_locked(self, index: int) -> bool:
        source = self._places()[index]
        return source is not None and source.locked

    def _lock(self, index: int, on: bool) -> None:
        source = self._places()[index]
        if source is not None:
            words = f"{'Lock' if on else 'Unlock'} {LETTERS[index]}"
            self._replace(index, replace(source, locked=on), words)

    def _replace(self, index: int, source: Source | None, words: str = "") -> None:
        label = words or f"{'Source' if source else 'Take out'} {LETTERS[index]}"
        self._change(label, lambda sources: with_source(sources, index, source))

    def _change(self, label: str, change: Callable[[Sources], Sources]) -> None:
        layers = self.layers

        def edit(state: State) -> State:
            old = sources_of(state)
            new = change(old)
            recipe = state.recipe
            if latents_of(old) != latents_of(new):
                recipe = followed(recipe, old, new, layers)
            return replace(state, recipe=recipe, sources=trimmed(new) if new else ())

        self._edit(label, edit)

    def _edit(self, label: str, edit: Callable[[State], State]) -> None:
        self.document.edit(label, edit)

    # --- faces that have to be computed -----------------------------------------------------------

    def _with_latent(self, face: Recipe, title: str, use: Callable[[Latent], None]) -> None:
        """Find the latent of a face that looks the same under this picture's settings."""
        into = self.document.recipe
        latent = plain_latent(face, into)
        if latent is not None:
            use(latent)
        elif self.info is not None:
            job = self.tasks.start_job("sources", title, faces=[face], into=into)
            self._waiting[job] = use

    def _job_changed(self, message: object) -> None:
        job = getattr(message, "job", None)
        if not isinstance(job, int) or not hasattr(message, "result"):
            return
        use = self._waiting.pop(job, None)
        result = message.result
        if use is not None and result:
            use(result[0])
