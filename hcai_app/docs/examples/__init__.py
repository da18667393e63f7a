"""The code examples on the pages: one source for all of them, and tests run every one."""
