"""`GET /proxy/v1/openapi.json`: all of `/proxy/v1` as an OpenAPI 3.1 document.

It is made from the table of endpoints, `api/endpoints.py`.
"""
