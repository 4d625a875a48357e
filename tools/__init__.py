"""What looks after the repository: the checks of `make check`, and the pictures that the documents show."""
