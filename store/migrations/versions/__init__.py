"""One script a version of the schema."""
