"""The scripts that bring a database from one version to the next; ``store.migrate`` runs them."""
