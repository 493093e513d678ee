"""`make load`: the whole stack under many users at once, and what it costs to serve them."""
