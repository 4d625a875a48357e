"""The security headers of every answer: what a browser may do with this page, and who may show it in a frame.

Written out, not by the `secure` library (2.0.1): that is 4,148 lines which join the same strings.
"""

# Gradio compiles its templates (unsafe-eval), writes its settings into the page (unsafe-inline) and styles elements one by one
# (unsafe-inline for styles); the network in the page is WebAssembly. Everything else comes from this server or was made in the page.
CONTENT_SECURITY_POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "media-src": "'self' blob:",
    "connect-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}


def security_headers(frame_ancestors: str = "'self'", listed: bool = True) -> dict[str, str]:
    """Name → value. frame_ancestors: which sites may show the page in a frame, as a content security policy writes them.

    listed: search engines may list the page.
    """
    policy = CONTENT_SECURITY_POLICY | {"frame-ancestors": frame_ancestors}
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()",
    }
    frame_options = {"'self'": "SAMEORIGIN", "'none'": "DENY"}.get(frame_ancestors)
    if frame_options:
        headers["X-Frame-Options"] = frame_options  # for browsers older than the policy
    if not listed:
        headers["X-Robots-Tag"] = "noindex"
    return headers
