"""The scenario for real: redis-server, Bull's own workers as processes, real kills; held against the prediction."""
