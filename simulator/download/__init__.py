"""Download your information: what Instagram hands out about a person, in three generations."""
