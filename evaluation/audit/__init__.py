"""Which labels and pictures of a test set deserve a second look: `find` in suspects.py; pictures.py reads the files."""
