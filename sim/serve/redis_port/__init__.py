"""The Redis port: a running world for redis-cli and other clients."""
