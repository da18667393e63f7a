"""`GET /proxy/v1/openapi.json`: all of `/proxy/v1` as an OpenAPI 3.1 document.

`operations.py` is the table to begin with: one entry for each route.
"""
