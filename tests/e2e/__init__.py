"""Against real servers and clients. `make e2e` starts the servers and runs what is marked `e2e`."""
