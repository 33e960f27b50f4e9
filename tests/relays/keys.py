"""The keys that the test relays accept."""

KEY = "sk-test-master-0123456789"
LIMITED_KEY = "sk-test-limited-0123456789"
KEY_RPM = 3
"""Requests that the limited one may send in a minute."""
