"""`python -m normball` is the command `normball`."""

from .cli import main

if __name__ == "__main__":
    raise SystemExit(main())
