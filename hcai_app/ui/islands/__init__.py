"""Python's side of the parts that live in the browser alone; `assets/` has the other."""
