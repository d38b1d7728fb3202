"""The work: plain classes and functions around an account. See docs/development.md."""
