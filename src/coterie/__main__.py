"""Run the command line: python -m coterie."""

from coterie.faces.cli import main

if __name__ == "__main__":
    main()
