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

# Two lanes, a core each: what trains, with the one long training first, and everything else.
test: export QT_QPA_PLATFORM = offscreen
test: $(VENV)/.installed-test lint
	@{ nice -n 19 $(BIN)/pytest -p no:cacheprovider -s -m slow && \
	  nice -n 19 $(BIN)/pytest -p no:cacheprovider tests/trainers -m "not slow"; \
	} >$(VENV)/trainers.log 2>&1 & lane=$$!; \
	trap "pkill -P $$lane 2>/dev/null" EXIT INT TERM; result=0; \
	$(BIN)/pytest --ignore tests/trainers || result=$$?; \
	echo "Waiting for the trainings that ran beside them ..."; \
	wait $$lane || result=$$?; cat $(VENV)/trainers.log; exit $$result

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
