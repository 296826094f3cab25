"""What an experienced reviewer would say of a scenario's configuration: findings, each with its evidence."""
