"""Run the command line with `python -m foi_nlp`."""

from __future__ import annotations

from foi_nlp.cli import main

if __name__ == "__main__":
    main()
