"""The web server around the page: which requests it answers, how large and how often, and how the app starts.

Where to look:

    which requests are answered         allowed_requests.py
    every limit with its reason         limits.py
    the size of an upload is checked    request_body.py
    how often a visitor may ask         rate_limits.py
    the order of all checks             middleware.py
    the options of demo.py, its start   command_line.py, launch.py
"""
