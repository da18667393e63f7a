"""The simulated provider: a server that speaks OpenRouter's wire format.

It serves development and tests. It imports nothing else of hcai_app, so that one misreading of the
protocol cannot be on both sides.
"""
