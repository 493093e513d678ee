"""The product as many processes on PostgreSQL and Redis, of which any may die, stop or lose its connections."""
