"""Updates without a cloud: a signed file that the owner brings; this package reads, checks, applies and makes them."""
