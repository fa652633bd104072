"""Tools of the workshop itself; no part of the product."""
