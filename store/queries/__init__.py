"""Questions to the database, one file per noun of the path. Each function takes the session of a transaction."""
