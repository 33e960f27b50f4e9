"""Cheap hashes, and what a client sends."""

import base64

import bcrypt

RIGHT = "correct horse"


def hashed(password: str = RIGHT) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()


def basic(user: str, password: str = RIGHT) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
