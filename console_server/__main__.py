"""`python -m console_server` is the command line."""

from console_server.cli import main

if __name__ == "__main__":
    main(prog_name="gridbeat")
