"""The HTTP API: what the published release and the champions say, to other systems. It never opens the warehouse."""
