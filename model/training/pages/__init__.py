"""Training pages: crops of pictures as people take them, with what is written on them labelled. Enter at crops.py."""
