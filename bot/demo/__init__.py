"""A rehearsal with invented people through the real path: nothing here is a short cut, only the people are played."""
