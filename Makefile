# Everything is done by the Python package dev/; this file only names its commands.
PYTHON ?= python3
COMMANDS := demo test test-fast coverage test-odoo test-oca chaos trips bench lint shell i18n pictures release

.PHONY: $(COMMANDS)
$(COMMANDS):
	@exec $(PYTHON) -m dev $@ $(ARGS)
.DEFAULT_GOAL := demo
