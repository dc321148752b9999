"""`python -m kenes` is the command `kenes`."""

from kenes.cli import main

if __name__ == "__main__":
    main(prog_name="kenes")
