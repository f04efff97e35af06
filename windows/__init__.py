"""What `make bundle` makes: the desk for Windows, on a stick."""
