"""The ground the project stands on: all that is behind the Makefile, standard library only."""
