"""When we ask: working days, the plan, and the ticker.

The one convention: time is an argument. Only ``ticker`` (which knows APScheduler) reads a clock, and it decides nothing.
"""
