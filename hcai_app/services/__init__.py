"""The rules of the product, free of HTTP and of Reflex: API, pages and command line share them."""
