# `make demo` starts the app, `make test` passes the tests, `make check` reads the code; each sets up what it needs, once.

# The first Python that really runs and is 3.11–3.13 (a name alone may be a version manager's stub).
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3 python; do \
	"$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && { echo "$$name"; break; }; done)
BIN := .venv/bin

# Tests run in as many processes as there are cores, four at most; each starts one app and one browser for all its tests.
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

.PHONY: demo test test-all check documents
.DELETE_ON_ERROR:

demo: .venv/.serve .runtime/.fetched
	@$(BIN)/python demo.py $(ARGS)

test: .venv/.dev .runtime/.fetched
	@$(BIN)/python -m model.data || true
	@$(BIN)/python -m tools.chromium || true
	@$(PYTEST) -m "not slow" $(ARGS)

# … and what takes long: trainings from nothing, crowds, long runs.
test-all: .venv/.dev .runtime/.fetched
	@$(BIN)/python -m model.data || true
	@$(BIN)/python -m tools.chromium || true
	@$(PYTEST) $(ARGS)

# Style, types, imports, JavaScript, documents: no browser, within a minute.
check: .venv/.dev
	@$(BIN)/python -m tools.check

# The pictures in the documents, made from the code and the real page.
documents: .venv/.dev .runtime/.fetched
	@$(BIN)/python -m tools.rooms docs/rooms.svg
	@$(BIN)/python -m tools.demo_picture docs/predict.webp

.venv/.serve: requirements-serve.txt | $(BIN)/python
	@$(BIN)/python -m pip install --disable-pip-version-check -q -r $<
	@touch $@

.venv/.dev: requirements-dev.txt requirements.txt requirements-ray.txt requirements-serve.txt | $(BIN)/python
	@$(BIN)/python -m pip install --disable-pip-version-check -q -r $<
	@touch $@ .venv/.serve

# What lets the page read by itself. Without it, as offline, the app works: what failed is said, and tried again next time.
.runtime/.fetched: interface/reader/runtime.py | $(BIN)/python
	@$(BIN)/python -m interface.reader.runtime && touch $@ || true

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and none was found; install one, or run make with PYTHON=/path/to/python3."; exit 1; }
	@echo "Setting up .venv with $(PYTHON); the first time takes a minute or two."
	@"$(PYTHON)" -m venv .venv || { rm -rf .venv; echo "Python's venv module did not work; on Debian and Ubuntu: apt install python3-venv."; exit 1; }
