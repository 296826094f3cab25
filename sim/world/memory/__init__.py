"""The commands of the fast store, by the type of key that they are for."""
