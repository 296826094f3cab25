"""Reading a YAML file into a model: lines and columns, field types, and problems that say where."""
