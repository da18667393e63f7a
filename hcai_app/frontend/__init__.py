"""The compiled pages: how they are built, and served."""
