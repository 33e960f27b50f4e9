"""The healthiest provider of a model, now."""
