"""One request over httpx becomes one Sample, with its phases."""
