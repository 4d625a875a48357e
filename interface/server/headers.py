"""The headers of every answer: what a browser may do with this page, and who may put it into a frame."""

# Gradio compiles its templates (unsafe-eval), writes its settings into the page (unsafe-inline) and styles elements one by one
# (unsafe-inline for styles); the engine in the page is WebAssembly. Everything else comes from this server or was made in the page.
POLICY = {
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


def headers(frame_ancestors: str = "'self'", found: bool = True) -> dict[str, str]:
    """frame_ancestors: which sites may show the page in a frame, as CSP writes it; found: search engines may list the page."""
    policy = POLICY | {"frame-ancestors": frame_ancestors}
    said = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()",
    }
    old = {"'self'": "SAMEORIGIN", "'none'": "DENY"}.get(frame_ancestors)  # for browsers older than the policy
    if old:
        said["X-Frame-Options"] = old
    if not found:
        said["X-Robots-Tag"] = "noindex"
    return said
