"""HCAI: Hack Club's free AI proxy for teenagers, pages and API in one Reflex app."""
