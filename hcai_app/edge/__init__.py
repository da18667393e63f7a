"""In front of both doors: routing, protocol, security headers, handshake, event guard."""
