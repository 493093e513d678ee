"""`python -m trademaster` is the command `trademaster`."""

from __future__ import annotations

from trademaster.cli.main import main

if __name__ == "__main__":
    main()
