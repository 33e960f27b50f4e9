"""The embedded simulated relay, a real HTTP server on loopback."""
