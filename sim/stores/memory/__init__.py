"""The commands of the store in memory, by the type of key that they are for."""
