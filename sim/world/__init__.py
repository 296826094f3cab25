"""One run put together: simulated time, stores, processes, producers and the verbs that break them."""
