"""`GET /proxy/v1/openapi.json`: all of `/proxy/v1` as an OpenAPI 3.1 document.

Built from the table of endpoints, `api/endpoints.py`.
"""
