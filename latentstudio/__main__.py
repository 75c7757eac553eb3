"""``python -m latentstudio`` is ``latentstudio``."""

import sys

from latentstudio.cli import main

sys.exit(main())
