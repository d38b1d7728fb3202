"""An account: how it reaches User.com, how it is doing, and what it tells its managers."""
