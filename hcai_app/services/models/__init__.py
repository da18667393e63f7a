"""The models that are offered: the catalog, their names, facts and colors."""
