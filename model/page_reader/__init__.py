"""Reads pages with one small network that finds writing over the whole picture. Enter at reader.py."""
