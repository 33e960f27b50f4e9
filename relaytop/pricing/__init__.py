"""Prices, costs and the arithmetic of savings."""
