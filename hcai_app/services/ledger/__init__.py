"""One row for every admitted call, whatever happens, and the sums kept with it."""
