"""The code examples that pages show: one source for all of them, and tests run every one."""
