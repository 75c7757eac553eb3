"""The commands: one a file, each a few lines over the engine; this is their table.

A command's module has ``add_arguments(parser)`` and ``run(options) -> Answer``; importing it needs
neither torch nor Qt.
"""

# name -> what it does, as the help says it; the module has the command's name.
COMMANDS: dict[str, str] = {
    "models": "list the bundled and the recent models",
    "inspect": "show what a model file is, without running anything in it",
    "generate": "draw the faces of some seeds",
    "interpolate": "draw a clip that walks from seed to seed",
    "journey": "draw the clip of a session's journey",
    "mix": "cross faces by style: the layers of columns in the faces of rows",
    "inpaint": "make a part of pictures anew: what the model finds likely there",
    "restore": "find whole pictures of which less is known: small, grey, noisy or holey ones",
    "project": "find where a picture is in a model",
    "directions": "find directions of the style space, for sliders",
    "evaluate": "measure how good a model's pictures are",
    "gallery": "draw the kept faces of a session, or write where they are",
    "render": "draw the picture of a session, a PNG or a recipe again",
    "demo": "fill a screen with a face for the visitors of a stand",
    "about": "say whose drawings the networks learned from, and print all licences",
    "bench": "measure how fast this machine draws",
}
