"""The command line: thin over the services. Only the asked-for value goes to stdout."""
