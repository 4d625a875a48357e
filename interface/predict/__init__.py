"""The Predict tab: the pad, its answer, the routes that read, the examples."""
