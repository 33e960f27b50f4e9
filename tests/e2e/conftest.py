from tests.e2e.launch import home, start

__all__ = ["home", "start"]
