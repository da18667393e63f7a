"""One row for every admitted call, exactly once, and the roll-ups kept with it."""
