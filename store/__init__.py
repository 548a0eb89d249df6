"""What we remember: rows, and the questions we ask of them. It decides nothing.

The one convention: functions in ``store.queries`` take a session and give frozen values; rows never leave this package.
"""
