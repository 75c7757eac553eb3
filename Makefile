# Two commands: `make run` opens the studio, `make test` checks everything.
# PIP_ARGS goes to pip (another index, a CUDA build of torch); ARGS goes to the studio.
PYTHON ?= python3
PIP_ARGS ?=
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint screens pictures app clean

run: $(VENV)/.installed
	@$(BIN)/latentstudio $(ARGS)

# The one long training takes a core of its own beside the other tests, and ends about when they do.
test: export QT_QPA_PLATFORM = offscreen
test: $(VENV)/.installed-test lint
	@nice -n 19 $(BIN)/pytest -p no:cacheprovider -s -m slow >$(VENV)/slow.log 2>&1 & slow=$$!; \
	trap "kill $$slow 2>/dev/null" EXIT INT TERM; result=0; \
	$(BIN)/pytest -m "not slow" || result=$$?; \
	echo "Waiting for the long training that ran beside them ..."; \
	wait $$slow || result=$$?; cat $(VENV)/slow.log; exit $$result

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Draws the pictures of the window anew, for the tests that compare them; look at the difference.
screens: $(VENV)/.installed-test
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest tests/ui --update-screens

# Draws the README's pictures anew from the bundled model.
pictures: $(VENV)/.installed
	$(BIN)/python docs/pictures.py

# Builds dist/latentstudio, a folder that starts without Python, and tries it in another place.
app: $(VENV)/.installed
	$(BIN)/python -m pip install -q -c constraints.txt $(PIP_ARGS) -e ".[app]"
	PYTHONWARNINGS=ignore $(BIN)/pyinstaller --noconfirm --log-level ERROR latentstudio.spec
	$(BIN)/python -m tests.packaged dist/latentstudio

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Latent Studio needs Python 3.11 to 3.13: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install -q -c constraints.txt $(PIP_ARGS) -e ".[train,video]"
	@touch $@

$(VENV)/.installed-test: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install -q -c constraints.txt $(PIP_ARGS) -e ".[test]"
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build dist
