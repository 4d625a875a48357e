"""Finds the digits of a picture: its ink, the lines of pieces in it, and which pieces are cut or joined."""
