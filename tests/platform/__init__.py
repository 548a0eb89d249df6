"""Loopback platforms: servers on this machine that the real client libraries talk to, which refuse what platforms refuse."""
