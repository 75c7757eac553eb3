"""Every command of the window once: its words, keys, menu and what it needs to be enabled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLineEdit,
    QMenu,
    QMenuBar,
    QWidget,
)

from latentstudio.ui import icons

MENUS = ("File", "Edit", "Picture", "Model", "View", "Help")


@dataclass(frozen=True)
class Action:
    """A command: ``needs`` names a condition of the window, see Enabling."""

    name: str
    menu: str
    text: str
    help: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    needs: str = ""
    checkable: bool = False
    separated: bool = False


ACTIONS: tuple[Action, ...] = (
    Action("new_session", "File", "New session", "Begin again with one face", ("Ctrl+N",), "file"),
    Action(
        "open", "File", "Open...", "Open a model, a session or a picture that carries its recipe",
        ("Ctrl+O",), "folder-open",
    ),
    Action("open_recent", "File", "Open recent", "Sessions, pictures and models of late",
           ("Ctrl+R",), "history"),
    Action(
        "save_session", "File", "Save session", "Keep everything made so far in one file",
        ("Ctrl+S",), "save", needs="session", separated=True,
    ),
    Action(
        "save_session_as", "File", "Save session as...", "Keep everything in another file",
        ("Ctrl+Shift+S",), needs="session",
    ),
    Action(
        "save_picture", "File", "Export picture...", "A PNG at 1×, 4× or 8× with its recipe",
        ("Ctrl+E",), "download", needs="picture", separated=True,
    ),
    Action(
        "export_sheet", "File", "Export contact sheet...",
        "The faces of the sheet as one picture", ("Shift+Q",), "grid-3x3", needs="model",
    ),
    Action("export_clip", "File", "Export clip...",
           "The journey as a film, an animation or a folder of pictures", ("Ctrl+Shift+E",),
           "film", needs="model"),
    Action(
        "export_grid", "File", "Export mixing grid...",
        "The mixing grid as one picture, with its sources", ("Ctrl+Shift+G",), needs="model",
    ),
    Action("export_gallery", "File", "Export gallery...",
           "The kept faces as one picture, with their names and notes", ("Ctrl+Shift+K",),
           needs="model"),
    Action("export_strips", "File", "Export direction strips...",
           "This face along each direction of the tab on show", ("Ctrl+Shift+H",), needs="model"),
    Action("export_latents", "File", "Export latents of the gallery...",
           "Where the kept faces are, as arrays (.npz) or a spreadsheet (.csv)",
           ("Ctrl+Shift+T",), needs="model"),
    Action("paste_back", "File", "Paste back...",
           "The whole photograph at its own size with the chosen answer in it",
           ("Ctrl+Shift+V",), needs="hole"),
    Action("save_result", "File", "Save the result...",
           "What a task on your picture shows, as a PNG", ("Ctrl+Shift+Y",), needs="result"),
    Action("export_projection", "File", "Export projection...",
           "The styles of the projected picture as projected_w.npz, for other tools",
           ("Ctrl+Shift+W",), needs="projected"),
    Action("include_photo", "File", "Include my photo",
           "Pictures that are saved carry the photograph they were set into, to be edited again",
           ("Ctrl+Shift+U",), checkable=True),
    Action("import_directions", "File", "Import directions...",
           "Directions of this model from a file, also GANSpace's .npz and arrays (.npy)",
           ("Ctrl+Shift+O",), "upload", needs="model", separated=True),
    Action("export_directions", "File", "Export directions...",
           "The directions of the tab on show as one file", ("Ctrl+Shift+X",), "download",
           needs="model"),
    Action("quit", "File", "Quit", "Close the window; the work is kept", ("Ctrl+Q",),
           separated=True),
    Action("undo", "Edit", "Undo", "Take the last change back", ("Ctrl+Z",), "undo-2",
           needs="undo"),
    Action("redo", "Edit", "Redo", "Make the change again", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo-2",
           needs="redo"),
    Action("copy", "Edit", "Copy picture", "The exact picture to the clipboard", ("Ctrl+C",),
           "copy", needs="picture", separated=True),
    Action("copy_command", "Edit", "Copy as command",
           "A line for the terminal that draws this picture again", ("Ctrl+Shift+C",), "command",
           needs="picture"),
    Action("random", "Picture", "Random face", "A face from anywhere in the latent space",
           ("Space",), "dices", needs="model"),
    Action("surprise", "Picture", "Surprise me nearby", "A face close to this one",
           ("Shift+Space",), "sparkle", needs="model"),
    Action("go_to_seed", "Picture", "Go to a seed", "Type the number of a face", ("Ctrl+G",),
           needs="model"),
    Action("previous_seed", "Picture", "Previous seed", "The face one number before", ("Left",),
           "chevron-left", needs="model", separated=True),
    Action("next_seed", "Picture", "Next seed", "The face one number on", ("Right",),
           "chevron-right", needs="model"),
    Action("row_up", "Picture", "Seed plane: a row up", "100 seeds back", ("Up",), needs="model"),
    Action("row_down", "Picture", "Seed plane: a row down", "100 seeds on", ("Down",),
           needs="model"),
    Action("walk_left", "Picture", "Walk left", "A tenth of a seed to the left on the seed plane",
           ("Shift+Left",), needs="model", separated=True),
    Action("walk_right", "Picture", "Walk right", "A tenth of a seed to the right",
           ("Shift+Right",), needs="model"),
    Action("walk_up", "Picture", "Walk up", "A tenth of a row up", ("Shift+Up",), needs="model"),
    Action("walk_down", "Picture", "Walk down", "A tenth of a row down", ("Shift+Down",),
           needs="model"),
    Action("play", "Picture", "Play or pause",
           "Let the picture walk or loop by itself; in Animate, play the journey", ("P",), "play",
           needs="model"),
    Action("record", "Picture", "Record what I do",
           "What you do to the picture becomes a journey, as it happens; once more ends it",
           ("Shift+P",), "video", needs="model", checkable=True),
    Action("insert_keyframe", "Picture", "Insert keyframe",
           "The face you see becomes a keyframe of the journey, at the playhead", ("I",),
           "diamond", needs="model", separated=True),
    Action("delete_keyframe", "Picture", "Delete keyframe", "Take the chosen keyframe out",
           ("Shift+I",), "trash-2", needs="keyframe"),
    Action("rename_keyframe", "Picture", "Name keyframe", "Type a name for the chosen keyframe",
           ("Shift+F2",), "pencil", needs="keyframe"),
    Action("previous_keyframe", "Picture", "Previous keyframe", "To the keyframe before", (",",),
           "skip-back", needs="animate"),
    Action("next_keyframe", "Picture", "Next keyframe", "To the keyframe after", (".",),
           "skip-forward", needs="animate"),
    Action("frame_back", "Picture", "One frame back", "A frame of the journey back",
           ("Alt+Left",), "step-back", needs="animate"),
    Action("frame_on", "Picture", "One frame on", "A frame of the journey on", ("Alt+Right",),
           "step-forward", needs="animate"),
    Action("toggle_space", "Picture", "Z or W", "Where several latents meet", ("W",),
           needs="space", separated=True),
    Action("swap", "Picture", "Swap A and B", "Exchange the first two sources of the mix", ("X",),
           "arrow-left-right", needs="model"),
    Action("source_a", "Picture", "Face into source A", "Mix this face with others, as A",
           ("Shift+A",), needs="picture"),
    Action("source_b", "Picture", "Face into source B", "Mix this face with others, as B",
           ("Shift+B",), needs="picture"),
    Action("source_c", "Picture", "Face into source C", "Mix this face with others, as C",
           ("Shift+C",), needs="picture"),
    Action("source_d", "Picture", "Face into source D", "Mix this face with others, as D",
           ("Shift+D",), needs="picture"),
    Action("seed_values", "Picture", "Back to the seed's own values",
           "One seed, not moved, nothing pulled to the mean", ("R",), "rotate-ccw", needs="model"),
    Action("take_back_moves", "Picture", "Take back all moves",
           "The face without what directions did to it", ("Shift+R",), needs="model"),
    Action("paste", "Edit", "Paste picture", "Repair the picture of the clipboard", ("Ctrl+V",),
           needs="work"),
    Action("invert_mask", "Edit", "Invert mask", "Keep what was painted, and the reverse",
           ("Ctrl+I",), "contrast", needs="inpaint", separated=True),
    Action("clear_mask", "Edit", "Clear mask", "Nothing is to be made anew", ("Ctrl+D",),
           needs="inpaint"),
    Action("tool_brush", "Edit", "Brush", "Paint what is to be made anew", ("B",), "brush",
           needs="inpaint", separated=True),
    Action("tool_eraser", "Edit", "Eraser", "Take away from the mask", ("E",), "eraser",
           needs="inpaint"),
    Action("tool_rectangle", "Edit", "Rectangle", "Paint a rectangle", ("M",), "square-dashed",
           needs="inpaint"),
    Action("tool_lasso", "Edit", "Lasso", "Paint the inside of a line", ("L",), "lasso",
           needs="inpaint"),
    Action("tool_fill", "Edit", "Fill", "Paint an enclosed area", ("G",), "paint-bucket",
           needs="inpaint"),
    Action("brush_smaller", "Edit", "Smaller brush", "Also Shift and the wheel", ("[",),
           needs="inpaint"),
    Action("brush_larger", "Edit", "Larger brush", "Also Shift and the wheel", ("]",),
           needs="inpaint"),
    Action("brush_softer", "Edit", "Softer brush", "Also Alt and the wheel", ("{",),
           needs="inpaint"),
    Action("brush_harder", "Edit", "Harder brush", "Also Alt and the wheel", ("}",),
           needs="inpaint"),
    Action("start_task", "Picture", "Start or stop the task", "Fill the hole, or keep the best",
           ("Ctrl+Return", "Ctrl+Enter"), "play", needs="work", separated=True),
    Action("next_task", "Picture", "Next task", "Inpaint, restore or project the picture", ("T",),
           needs="work"),
    Action("next_candidate", "Picture", "Next candidate", "Show the next answer", ("N",),
           needs="work"),
    Action("previous_candidate", "Picture", "Previous candidate", "Show the answer before",
           ("Shift+N",), needs="work"),
    Action("use_candidate", "Picture", "Use candidate", "Go on with the chosen answer",
           ("Return", "Enter"), "check", needs="answer"),
    Action("keep", "Picture", "Keep", "Put this face into the gallery", ("K",), "images",
           needs="model", separated=True),
    Action("star", "Picture", "Star", "Star this face, or the chosen ones of the gallery", ("S",),
           "star", needs="model"),
    Action("note", "Picture", "Note", "A few words on this face, which is kept with them", ("F2",),
           "pencil", needs="model"),
    Action("mutate", "Picture", "Variations of this face",
           "Eight children of this face, or of the one chosen in the gallery", ("U",), "dna",
           needs="model"),
    Action("crossbreed", "Picture", "Cross the chosen faces",
           "Children of two or more faces that are chosen in the gallery", ("Shift+U",), "combine",
           needs="model"),
    Action("mark_plus", "Picture", "Plus example",
           "An example of a direction to learn; once more takes the mark off", ("Y",),
           "circle-plus", needs="model"),
    Action("mark_minus", "Picture", "Minus example",
           "An example of the opposite; once more takes the mark off", ("Shift+Y",),
           "circle-minus", needs="model"),
    Action("models", "Model", "Models...", "Bundled and recent models", ("Ctrl+M",), "box"),
    Action("bend", "Model", "Bend a copy of the model...",
           "Another model that draws your picture better, from the face that was found for it",
           ("Ctrl+Shift+A",), needs="bend"),
    Action("about_model", "Model", "About this model", "Size, training, licence",
           ("Ctrl+Shift+I",), "info", needs="model"),
    Action("fit", "View", "Fit", "The whole picture, at most five times its size", ("0",),
           needs="picture"),
    Action("actual_size", "View", "100 %", "One screen pixel for one of the model", ("1",),
           needs="picture"),
    Action("zoom_in", "View", "Zoom in", "The next whole zoom", ("+", "="), "zoom-in",
           needs="picture"),
    Action("zoom_out", "View", "Zoom out", "The whole zoom before", ("-",), "zoom-out",
           needs="picture"),
    Action("hide_mask", "View", "Hide mask", "Look at the picture without its mask", ("H",),
           "eye-off", needs="inpaint", checkable=True),
    Action("smooth", "View", "Smooth", "Smooth between the model's pixels, or show them as squares",
           ("V",), checkable=True),
    Action("variation", "View", "Noise variation", "Where noise changes the picture, as a heat map",
           ("Shift+V",), "contrast", needs="picture", checkable=True),
    Action("preview", "View", "Preview while moving",
           "Draw less exactly while a control moves, where the exact picture is too slow",
           ("Ctrl+Shift+P",), checkable=True),
    Action("face_map", "View", "Face map", "Faces on a map to start from, and the models",
           ("Ctrl+Shift+F",), "map"),
    Action("sheet", "View", "Contact sheet", "Many faces at once; click one to go there", ("Q",),
           "layout-grid", needs="model", checkable=True),
    Action("compare", "View", "Compare",
           "This face against another one, with a line to drag between them", ("C",), "columns-2",
           needs="compare", checkable=True),
    Action("original", "View", "See the original",
           "The seed's own values in the place of the picture, as long as the key is held", ("O",),
           needs="compare"),
    Action("lineage", "View", "Family tree",
           "The kept faces with their parents and children; click one to go there", ("Ctrl+L",),
           "git-branch", needs="model", checkable=True),
    Action("workspace_explore", "View", "Explore", "The workspace to find faces and steer them",
           ("Ctrl+1",), "scan-face", checkable=True, separated=True),
    Action("workspace_mix", "View", "Mix", "The workspace to make a face out of several",
           ("Ctrl+2",), "combine", checkable=True),
    Action("workspace_inpaint", "View", "Inpaint", "The workspace to repair pictures", ("Ctrl+3",),
           "brush", checkable=True),
    Action("workspace_animate", "View", "Animate", "The workspace to let faces become others",
           ("Ctrl+4",), "film", checkable=True),
    Action("left_rail", "View", "Left rail", "Show or hide where the face comes from",
           ("Ctrl+B",), "panel-left", checkable=True, separated=True),
    Action("right_rail", "View", "Right rail", "Show or hide what is done to the face",
           ("Ctrl+Shift+B",), "panel-right", checkable=True),
    Action("strip", "View", "Strip", "Show or hide neighbours and history", ("Ctrl+J",),
           "panel-bottom", checkable=True),
    Action("picture_only", "View", "Picture only", "Hide everything but the picture", ("F",),
           "maximize", checkable=True),
    Action("full_screen", "View", "Full screen", "The window on the whole screen", ("F11",),
           checkable=True),
    Action("demo", "View", "Demo mode...", "A full screen for the visitors of a stand",
           ("Ctrl+Shift+D",), "monitor-play"),
    Action("reset_layout", "View", "Reset layout", "Panels where they were at first",
           ("Ctrl+Shift+0",)),
    Action("reduce_motion", "View", "Reduce motion",
           "Nothing slides or opens slowly; the desktop's own wish counts until you choose",
           ("Ctrl+Shift+M",), checkable=True),
    Action("next_region", "View", "Next region", "The keys go on to the next part of the window",
           ("F6",)),
    Action("previous_region", "View", "Previous region",
           "The keys go back to the part of the window before", ("Shift+F6",)),
    Action("flip_theme", "View", "Dark or light", "The other colour scheme", ("Ctrl+Shift+L",),
           "sun-moon", separated=True),
    Action("text_larger", "View", "Larger text", "Type, rows and icons together",
           ("Ctrl++", "Ctrl+=")),
    Action("text_smaller", "View", "Smaller text", "Type, rows and icons together", ("Ctrl+-",)),
    Action("text_normal", "View", "Normal text", "Type at 100 %", ("Ctrl+0",)),
    Action("filter", "View", "Filter directions", "Show the directions with a word in their name",
           ("/",), "search", needs="model"),
    Action("jobs", "View", "Tasks", "What is running, with time left and cancel",
           ("Ctrl+Shift+J",), "list-checks"),
    Action("cancel_job", "View", "Cancel the newest task", "It stops and keeps what is whole",
           ("Ctrl+.",), needs="job"),
    Action("palette", "Help", "Search commands...",
           "Commands, sections, directions and models by a few letters", ("Ctrl+K",), "search"),
    Action("what_is_this", "Help", "What is this?",
           "Explain what the keys or the pointer are on", ("Shift+F1",), "circle-question-mark"),
    Action("tour", "Help", "Five tips", "The first steps, one at a time", ("Ctrl+Shift+F1",)),
    Action("shortcuts", "Help", "Keyboard shortcuts", "Every key of the window", ("F1",),
           "keyboard"),
    Action("licences", "Help", "Licences",
           "Whose drawings the networks learned from, and every licence in full",
           ("Ctrl+Shift+N",), "file-text"),
    Action("about", "Help", "About Latent Studio", "Version, licence and whose drawings it learned",
           ("Ctrl+F1",), "info"),
)  # fmt: skip


def build(window: QWidget, commands: Mapping[str, Callable[[], None]]) -> dict[str, QAction]:
    """Make a QAction of every line; each has a command of the same name."""
    built = {}
    for line in ACTIONS:
        action = QAction(line.text, window)
        action.setObjectName(f"action.{line.name}")
        action.setShortcuts([QKeySequence(keys) for keys in line.keys])
        action.setCheckable(line.checkable)
        key = QKeySequence(line.keys[0]).toString() if line.keys else ""
        action.setToolTip(f"{line.help}  ({key})" if key else line.help)
        action.setStatusTip(line.help)
        if line.icon:
            icons.dress(action, line.icon)
        run = commands[line.name]
        action.triggered.connect(lambda _checked=False, run=run: run())
        window.addAction(action)
        built[line.name] = action
    return built


def fill_menus(bar: QMenuBar, actions: Mapping[str, QAction]) -> dict[str, QMenu]:
    """The menus in order, every action in one of them."""
    menus = {title: bar.addMenu(title) for title in MENUS}
    for line in ACTIONS:
        if line.separated:
            menus[line.menu].addSeparator()
        menus[line.menu].addAction(actions[line.name])
    return menus


class KeyGuard(QObject):
    """Lets focused buttons, fields and lists have their keys before the window's shortcuts."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            taken = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            pressed = taken or event.key() == Qt.Key.Key_Space
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            focus = QApplication.focusWidget()
            theirs = isinstance(focus, QAbstractButton) and pressed
            # A field takes a value by Return, a list goes to its face.
            theirs |= isinstance(focus, QLineEdit | QAbstractItemView) and taken
            if theirs and plain:
                event.accept()
                return True
        return False
