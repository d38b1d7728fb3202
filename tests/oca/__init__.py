"""The connector beside OCA's addons; `make test-oca` runs these."""
