"""The pictures under "Try one", and the hand-drawn strokes they are made of."""
