"""The command line: thin over the services. Only the requested value goes to stdout."""
