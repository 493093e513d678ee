"""Which process owns what: leases with fences in the database, users' shards, and work that one process does alone."""
