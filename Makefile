# make run    builds .venv and serves the app on http://localhost:8501
# make test   builds .venv and runs every check
# make bench  compares us with peers and with the limit
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501

.PHONY: run test bench sample format clean

run: $(VENV)/.app
	$(BIN)/streamlit run app.py --server.port $(PORT)

test: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@sh tools/chromium.sh
	$(BIN)/pytest -n auto --dist loadfile

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks.run --lines 1
	$(BIN)/python -m benchmarks.run --lines 10
	$(BIN)/python -m benchmarks.pages --lines 1 10
	$(BIN)/python -m benchmarks.coverage
	$(BIN)/python -m benchmarks.customers

sample: $(VENV)/.app
	$(BIN)/python -m sample_data.draw

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV)

$(VENV)/.python: tools/venv.sh
	@PYTHON="$(PYTHON)" sh tools/venv.sh $(VENV)
	@touch $@

$(VENV)/.app: $(VENV)/.python requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.app requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
