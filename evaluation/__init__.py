"""From a model to a report: `python -m evaluation`. runner runs the model, metrics computes, report holds the result."""
