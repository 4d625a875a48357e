"""The Evaluate tab: the dashboard, its cards and handlers, comparison, downloads, uploaded test sets. Enter at tab.py."""
