"""Every private API of Reflex that we use: look here first when an upgrade breaks something.

Read in the source of Reflex 0.10.1, and held by the tests of the pages, the socket and the build.
Nothing here imports anything else of ours, so that the pages and the build may use it as well.
"""
