"""One module a revision, oldest first; none is ever edited after a release."""
