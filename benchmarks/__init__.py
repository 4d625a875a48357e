"""Measurements that print the figures the documents state. Timings are compared side by side in one run."""
