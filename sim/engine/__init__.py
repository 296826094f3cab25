"""One run: clock, processes, producer, workers, application, Redis server and database."""
