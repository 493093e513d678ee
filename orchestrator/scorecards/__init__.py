"""How each account did, shown: measurements and outages over a window."""
