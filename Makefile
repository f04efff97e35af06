# The only set-up is `make demo` and `make test`: both make .venv from the locked,
# hashed requirements when it is not there.
#
#   make demo         plan, verify, check and compare the Kupang example into demo/
#   make test         the whole test suite        (make test COV=1: with coverage)
#   make quick        the shorter part of it, below a minute
#   make laws         the laws and the long trials, each law in up to 500 new cases
#   make proofs       10,000 mixes of rules, each plan proven, and false claims about them
#                     of which none may be believed (MIXES=100: fewer)
#   make browser      the tests that open pages in Chromium
#   make mutants      whether tests notice a change of the rules and of trust, by a
#                     sample of such changes (an hour; EVERY=1: all, a day)
#   make lint         ruff and mypy --strict
#   make bench        the benchmarks;  make bench-smoke  one small round of them
#   make docs         the pages of the library from its docstrings, into build/api/
#   make pictures     the readme's pictures anew (needs Chromium,
#                     LibreOffice and pdftoppm)
#   make bundle       a folder for a stick: the desk for Windows, set up without a
#                     network, into build/ (needs the package index)
#   make lock         write requirements-dev.txt anew (needs the package index)
#   make clean        remove .venv, demo/ and caches

SUPPORTED := (3, 11) <= sys.version_info < (3, 15)
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not $(SUPPORTED))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
PY := $(VENV)/bin/python
EKTP := $(VENV)/bin/ektp-sched
READY := $(VENV)/.ready
JOBS ?= auto
COV ?=
EXAMPLE := demo/kupang
INPUT := $(EXAMPLE)/backlog.csv --office $(EXAMPLE)/office.toml
FROM := --start 2017-09-12 --days 60
LOCK := requirements-dev.txt
CHECKER := ektp_sched/trust/checker.py

# Compiled once, and not in each of the many processes that tests start.
test quick laws proofs browser mutants: export PYTHONDONTWRITEBYTECODE :=

.DELETE_ON_ERROR:
.PHONY: demo test quick laws proofs browser mutants lint format bench bench-smoke docs pictures bundle lock clean

$(READY): $(LOCK) pyproject.toml
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(not $(SUPPORTED))' 2>/dev/null || { \
	echo "Python 3.11 to 3.14 is needed, and $(or $(PYTHON),python3) is not of these;" \
	"name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes \
		--no-deps -r $(LOCK)
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $(READY)

demo: $(READY)
	@echo; echo "1. The example: one server of two is dead, 12,000 cards wait"
	$(EKTP) init $(EXAMPLE) --example kupang --force
	@echo; echo "2. Is the input sound?"
	$(EKTP) check $(INPUT) --start 2017-09-12
	@echo; echo "3. Who is printed on which day?"
	$(EKTP) plan $(INPUT) $(FROM) --out demo/plan --force
	@echo; echo "4. Verify the plan from the raw files"
	$(EKTP) verify demo/plan --backlog $(INPUT)
	@echo; echo "5. Check it again with nothing but a bare Python"
	$(PYTHON) -I $(CHECKER) demo/plan
	@echo; echo "6. A second opinion: CP-SAT on the same input"
	$(EKTP) plan $(INPUT) $(FROM) --engine cpsat --no-xlsx --out demo/plan-cpsat --force > /dev/null
	$(PY) -m ektp_sched.example.agreement demo/plan demo/plan-cpsat
	@echo; echo "7. One person asks: why this day?"
	$(EKTP) explain demo/plan KPG-000001 --backlog $(INPUT)
	@echo; echo "8. One server or a new one? A comparison in many futures"
	$(EKTP) compare $(INPUT) --scenarios $(EXAMPLE)/scenarios.toml --start 2017-09-12 \
		--days 365 --out demo/compared --force
	@echo; echo "Done. The comparison is demo/compared/report.html. Today's sheets are in demo/plan/batches, the whole plan is demo/plan/plan.xlsx."

test: $(READY)
	$(PY) -m pytest -n $(JOBS) --dist worksteal $(if $(COV),--cov=ektp_sched --cov-report=term)

quick: $(READY)
	EKTP_PROFILE=quick $(PY) -m pytest -n $(JOBS) --dist loadfile -m "not slow and not browser" -q

laws: $(READY)
	EKTP_PROFILE=laws $(PY) -m pytest -n $(JOBS) --dist worksteal -m "hypothesis or slow"

proofs: $(READY)
	cd tests && ../$(PY) proof_trial.py --mixes $(or $(MIXES),10000)

browser: $(READY)
	EKTP_NO_SKIP=1 $(PY) -m pytest -n $(JOBS) tests/test_*browser.py

mutants: $(READY)
	$(PY) tests/mutants.py --every $(or $(EVERY),25)

lint: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

format: $(READY)
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(READY)
	$(PY) -m benchmarks

bench-smoke: $(READY)
	$(PY) -m benchmarks --smoke

docs: $(READY)
	$(PY) -W ignore -m pdoc --docformat numpy --no-show-source --output-directory build/api \
		ektp_sched ektp_sched.errors ektp_sched.readers
	@echo "The pages are build/api/index.html."

pictures: $(READY)
	$(PY) docs/images/pictures.py

bundle: $(READY)
	@$(PY) -m pip install --quiet --disable-pip-version-check uv
	$(PY) windows/bundle.py build/ektp-sched-windows $(BUNDLE_PYTHON)

lock: $(READY)
	$(PY) -m pip install --quiet --disable-pip-version-check uv
	@echo "# Made by \`make lock\`: Python 3.11 to 3.14 on Linux, macOS and Windows." > $(LOCK).new
	$(PY) -m uv pip compile pyproject.toml --extra dev --extra bench --extra report --extra docs --extra postgresql --extra desk --extra fleet --universal \
		--fork-strategy fewest --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --no-emit-index-url --no-emit-find-links --quiet >> $(LOCK).new
	! grep -nE '://|^-|file:' $(LOCK).new
	mv $(LOCK).new $(LOCK)

clean:
	rm -rf $(VENV) demo build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage htmlcov
